#!/bin/sh
# Runs a management command with settings such as a real installation has, so that what only happens there is seen
# before. Keys are fresh each time and go nowhere.   Usage: scripts/as_production.sh check --deploy
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python
DJANGO_SECRET_KEY=$("$python" -c 'import secrets; print(secrets.token_urlsafe(64))')
VMSSBUILDER_SECRET_KEYS=$("$python" -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')
export DJANGO_SECRET_KEY VMSSBUILDER_SECRET_KEYS
export DJANGO_DEBUG=false
export DJANGO_ALLOWED_HOSTS=scale-sets.example.org
export VMSSBUILDER_HTTPS=true
export VMSSBUILDER_CLOUD=public
export VMSSBUILDER_TENANT=11111111-2222-3333-4444-555555555555
export VMSSBUILDER_CLIENT_ID=66666666-7777-8888-9999-000000000000
export VMSSBUILDER_CLIENT_SECRET=not-a-real-one
export VMSSBUILDER_LOCAL_ACCOUNTS=false
export DATABASE_URL=sqlite://:memory:
exec "$python" manage.py "$@"
