// Entry from a paper sheet: one more line when it is asked for, or when the last one is begun.
const form = document.querySelector("[data-paper-entry]");
const button = form?.querySelector("[data-add-line]");

function addLine() {
  const rows = form.querySelectorAll("[data-paper-row]");
  const last = rows[rows.length - 1];
  const number = rows.length + 1;
  const line = last.cloneNode(true);
  const old = last.querySelector("input").name.split("-")[0];
  for (const element of line.querySelectorAll("[id], [name], [for], [list], [hx-target], [hx-vals], [hx-params]")) {
    for (const attribute of ["id", "name", "for", "list", "hx-target", "hx-vals", "hx-params", "aria-describedby"]) {
      const value = element.getAttribute(attribute);
      if (value) element.setAttribute(attribute, value.replaceAll(`${old}-`, `r${number}-`));
    }
  }
  for (const input of line.querySelectorAll("input, select")) {
    if (input.name.endsWith("-row")) input.value = Number(last.querySelector("input").value || number - 1) + 1;
    else if (input.tagName === "SELECT") input.selectedIndex = last.querySelector(`[name="${input.name.replace(`r${number}-`, `${old}-`)}"]`).selectedIndex;
    else input.value = "";
    input.removeAttribute("aria-invalid");
  }
  for (const gone of line.querySelectorAll(".errors, .likeness")) gone.remove();
  for (const field of line.querySelectorAll(".has-errors")) field.classList.remove("has-errors");
  last.after(line);
  form.elements.rows.value = number;
  window.htmx?.process(line);
  return line;
}

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    addLine().querySelector('input[name$="-name_km"]').focus();
  });
  // On the last line, Enter asks for the next line rather than sending a half-typed sheet.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const row = event.target.closest("[data-paper-row]");
    if (!row) {
      // From the day above the lines to the first of them.
      form.querySelector("[data-paper-row] input").focus();
      return;
    }
    const next = row.nextElementSibling?.matches("[data-paper-row]") ? row.nextElementSibling : addLine();
    next.querySelector('input[name$="-name_km"]').focus();
  });
}
