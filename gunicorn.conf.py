"""How gunicorn serves the product; it reads this file by itself. Every value can be set by the environment."""

import gc
import os

bind = f"{os.environ.get('VMSSBUILDER_BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
# Sync workers keep the slowest answers close to the usual ones; one per core is enough for short requests.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# The catalogue and its schemas are built once, before the workers fork.
preload_app = True
# Workers touch a file as their sign of life. On a slow disk that alone can make them look dead.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 - read by gunicorn alone, and only asked whether it is there
timeout = 30
graceful_timeout = 10
# Addresses of requests can carry share tokens, so they are not logged.
accesslog = None
# Nobody controls a running server from outside.
control_socket_disable = True


def when_ready(_server: object) -> None:
    """Before the workers fork: everything that answers pages is loaded, and stays for good, so that nobody looks through it
    for garbage again.
    """
    from django.urls import get_resolver

    # The first page of each process would load it, which takes a busy machine so long that the process looks dead.
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    # A page makes some ten thousand small objects, none of them in a circle.
    gc.set_threshold(50_000, 20, 50)


def post_worker_init(_worker: object) -> None:
    """In each process that answers requests: it says which keys it has, for `rotate_keys`."""
    from vmssbuilder.accounts import keyholders

    keyholders.announce("web")
