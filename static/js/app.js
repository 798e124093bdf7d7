// What every page does beyond plain HTML. Pages work without any of it.

// A form is sent once: a second press while it is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
});

// Coming back with the Back button, the form may be sent again; its key keeps that harmless.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
});

// Moves to the first field that has to be put right.
document.querySelector('[aria-invalid="true"]')?.focus();

const OPEN_MENUS = "details:is(.menu, .more-places)[open]";

// A menu closes when one clicks elsewhere or presses Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(OPEN_MENUS)) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(OPEN_MENUS)) menu.open = false;
});

// Selections apply at once where the form says so.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-apply-at-once]");
  if (form) form.requestSubmit();
});

// What was searched for was sent by POST. The address that finds it again, which holds a key and
// no name, takes the place of the one before, so that the Back button asks nothing.
function keepPlace() {
  const found = document.querySelector("[data-found-at]");
  if (found) history.replaceState(history.state, "", found.dataset.foundAt);
}
keepPlace();
document.addEventListener("htmx:afterSettle", keepPlace);

// In a strip that goes on beyond the edge the current place is in view.
for (const strip of document.querySelectorAll(".tabs")) {
  const here = strip.querySelector("[aria-current]");
  if (here) strip.scrollLeft = here.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
}

// On a phone the lines of a table of records are cards: each cell says the head of its column.
function labelCells() {
  for (const table of document.querySelectorAll(".table.cards:not(.as-cards)")) {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((head) => head.textContent.trim());
    for (const row of table.querySelectorAll(":scope > :is(tbody, tfoot) > tr")) {
      let column = 0;
      for (const cell of row.cells) {
        const isPlain = cell.tagName === "TD" && cell.colSpan === 1 && cell.textContent.trim();
        if (isPlain && heads[column]) cell.dataset.label = heads[column];
        if (isPlain && !cell.previousElementSibling && cell.nextElementSibling?.tagName === "TH") {
          cell.classList.add("ordinal");
        }
        column += cell.colSpan;
      }
    }
    table.classList.add("as-cards");
  }
}
labelCells();
document.addEventListener("htmx:afterSettle", labelCells);
