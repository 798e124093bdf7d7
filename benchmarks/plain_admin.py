"""The peer: a plain Django admin list of people, as one would write it first."""

from django.contrib import admin
from django.urls import include, path

from registry.models import Person

site = admin.AdminSite(name="plain")


@admin.register(Person, site=site)
class PlainPersonAdmin(admin.ModelAdmin):
    list_display = ("name_km", "name_latin", "sex", "place")
    search_fields = ("name_km", "name_latin")
    list_per_page = 50
    list_select_related = ("place",)


urlpatterns = [path("plain/", site.urls), path("", include("config.urls"))]
