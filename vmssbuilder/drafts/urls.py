"""Addresses of drafts."""

from django.urls import path

from .views import (
    checking,
    defaults,
    diff,
    exporting,
    filling,
    history,
    picture,
    setting_search,
    sharing,
    starters,
    starting,
    tasks,
    text,
)

urlpatterns = [
    path("new/", starting.new, name="draft-new"),
    path("new/copy/", starting.copies, name="draft-copies"),
    path("new/<slug:name>/", starters.start, name="draft-starter"),
    path("<str:code>/", filling.overview, name="draft"),
    path("<str:code>/json/", text.edit_json, name="draft-json"),
    path("<str:code>/document.json", text.document, name="draft-document"),
    path("<str:code>/notes/", filling.notes, name="draft-notes"),
    path("<str:code>/check/", checking.check, name="draft-check"),
    path("<str:code>/against-defaults/", defaults.against_defaults, name="draft-defaults"),
    path("<str:code>/check/<str:severity>/", checking.findings, name="draft-findings"),
    path("<str:code>/values/<int:number>/<str:step>/", checking.values, name="draft-values"),
    path("<str:code>/export/", exporting.exports, name="draft-exports"),
    path("<str:code>/export/<str:format>/", exporting.one_format, name="draft-export"),
    path("<str:code>/find/", setting_search.find, name="draft-find"),
    path("<str:code>/fix/", checking.fix, name="draft-fix"),
    path("<str:code>/fixes/", checking.fixes, name="draft-fixes"),
    path("<str:code>/tasks/", tasks.tasks, name="draft-tasks"),
    path("<str:code>/picture/", picture.picture, name="draft-picture"),
    path("<str:code>/history/", history.history, name="draft-history"),
    path("<str:code>/restore/<int:number>/", history.restore, name="draft-restore"),
    path("<str:code>/compare/<int:earlier>/<int:later>/", diff.compare, name="draft-compare"),
    path("<str:code>/share/", sharing.share, name="draft-share"),
    path("<str:code>/share/<str:link>/revoke/", sharing.revoke, name="draft-share-revoke"),
    path("<str:code>/discard/", sharing.discard, name="draft-discard"),
    path("<str:code>/<str:step>/", filling.step, name="draft-step"),
    path("<str:code>/<str:step>/<path:item>/", filling.item, name="draft-item"),
]
