"""Addresses of the registry and of the site itself."""

from django.urls import path

from registry.views import documents, places, site

urlpatterns = [
    path("live", site.live, name="live"),
    path("ready", site.ready, name="ready"),
    path("language/", site.language, name="language"),
    path("styleguide/", site.styleguide, name="styleguide"),
    path("places/", places.place_list, name="places"),
    path("places/suggestions/", places.place_suggestions, name="place-suggestions"),
    path("places/<str:code>/", places.place_detail, name="place"),
    path("documents/", documents.document_new, name="document-new"),
    path("documents/<uuid:pk>/", documents.document, name="document"),
    path("documents/<uuid:pk>/file/", documents.document_file, name="document-file"),
]
