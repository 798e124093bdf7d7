"use strict";
// In place of Django's own file: what somebody types here is mostly the name of a person, and
// names do not go into addresses. So it is sent by POST.
{
  const $ = django.jQuery;

  $.fn.djangoAdminSelect2 = function () {
    $.each(this, function (_number, element) {
      $(element).select2({
        ajax: {
          type: "POST",
          data: (params) => ({
            term: params.term,
            page: params.page,
            app_label: element.dataset.appLabel,
            model_name: element.dataset.modelName,
            field_name: element.dataset.fieldName,
            csrfmiddlewaretoken: document.querySelector("[name=csrfmiddlewaretoken]").value,
          }),
        },
      });
    });
    return this;
  };

  $(function () {
    // All but the one in the template of a row that is added later.
    $(".admin-autocomplete").not("[name*=__prefix__]").djangoAdminSelect2();
  });

  document.addEventListener("formset:added", (event) => {
    $(event.target).find(".admin-autocomplete").djangoAdminSelect2();
  });
}
