// The meeting sheet while one types: totals, what will lie in the box, how repayments divide.
import { inDigits, readAmount, writeAmount, writeNumber } from "./money.js";

const form = document.querySelector("[data-sheet]");

// As the server divides a repayment: loan by loan, in the group's order.
function split(amount, debts, order) {
  let left = amount;
  let interest = 0;
  let principal = 0;
  const take = (due) => {
    const part = Math.min(due, left);
    left -= part;
    return part;
  };
  for (const [owedInterest, owedPrincipal, back] of debts) {
    const toEnd = owedInterest + owedPrincipal - back;
    if (back && left >= toEnd) {
      interest += owedInterest - back;
      principal += owedPrincipal;
      left -= toEnd;
    } else if (order === "principal-interest") {
      principal += take(owedPrincipal);
      interest += take(owedInterest);
    } else {
      interest += take(owedInterest);
      principal += take(owedPrincipal);
    }
  }
  return { interest, principal, over: left };
}

function showSplit(row, amount, places) {
  const shown = row.querySelector("[data-split]");
  if (!shown || !amount || form.dataset.order.startsWith("fines")) return;
  const debts = row.dataset.debts.split(" ").filter(Boolean).map((debt) => debt.split(":").map(Number));
  const parts = split(amount, debts, form.dataset.order);
  const [interest, loan, over] = shown.dataset.words.split("|");
  shown.textContent = `${interest} ${writeAmount(parts.interest, places)} + ${loan} ${writeAmount(parts.principal, places)}`;
  if (parts.over) shown.textContent += ` + ${over} ${writeAmount(parts.over, places)}`;
}

// The purpose is asked for where there is a loan.
function askForPurpose(row, amount) {
  const purpose = row.querySelector(".purpose");
  if (purpose) purpose.hidden = !amount && !purpose.value;
}

// Where shares are stamps, savings and what is taken back are written as a number of stamps.
const inStamps = ["saving", "withdrawal"];

function amountIn(input, places) {
  const stamp = Number(form.dataset.stamp);
  const isNumber = stamp && inStamps.includes(input.dataset.column);
  return isNumber ? (readAmount(input.value, 0) ?? 0) * stamp : readAmount(input.value, places) ?? 0;
}

function count() {
  const places = Number(form.dataset.places);
  const sums = {};
  let inBox = 0;
  let outOfBox = 0;
  let there = 0;
  for (const row of form.querySelectorAll("[data-row]")) {
    if (["present", "late"].includes(row.querySelector("[data-attendance]")?.value)) there += 1;
    for (const input of row.querySelectorAll("[data-column]")) {
      if (input.dataset.column === "loan_months") continue;
      const amount = amountIn(input, places);
      sums[input.dataset.column] = (sums[input.dataset.column] ?? 0) + amount;
      if (input.dataset.sign === "1") inBox += amount;
      if (input.dataset.sign === "-1") outOfBox += amount;
      if (input.dataset.column === "repayment") showSplit(row, amount, places);
      if (input.dataset.column === "loan") {
        askForPurpose(row, amount);
        // Of the loan that is stored: what is taken of it at once stays in the box.
        if (amount === Number(row.dataset.lent)) outOfBox -= Number(row.dataset.taken);
      }
    }
  }
  const lines = Number(form.dataset.lines);
  const totals = {
    there: inDigits(there),
    in: writeAmount(inBox + Math.max(lines, 0), places),
    out: writeAmount(outOfBox + Math.max(-lines, 0), places),
    box: writeAmount(Number(form.dataset.inBox) + inBox - outOfBox + lines, places),
  };
  for (const [name, text] of Object.entries(totals)) {
    const shown = form.querySelector(`[data-total="${name}"]`);
    if (shown) shown.textContent = text;
  }
  for (const cell of form.querySelectorAll("[data-foot] [data-sum]")) {
    const name = cell.dataset.sum;
    cell.textContent = name === "loan_months" ? "" : writeAmount(sums[name] ?? 0, places);
  }
}

const isThere = (attendance) => ["present", "late"].includes(attendance);

// The fine of a line by the rules: for the attendance, and for less than the saving that is due.
function fineOf(row) {
  const places = Number(form.dataset.places);
  const attendance = row.querySelector("[data-attendance]")?.value ?? "";
  const saving = row.querySelector('[data-column="saving"]');
  let fine = readAmount(form.dataset[`fine${attendance}`] ?? "", places) ?? 0;
  if (saving && amountIn(saving, places) < Number(form.dataset.due)) fine += Number(form.dataset.finemissed);
  return fine ? writeNumber(fine, places) : "";
}

function followFine(row) {
  const fine = row.querySelector('[data-column="fine_levied"]');
  const now = fineOf(row);
  if (fine && fine.value === row.dataset.fine) fine.value = now;
  row.dataset.fine = now;
}

// What was filled in as expected goes when somebody was not there, and comes back with them; the
// fine follows unless another one was typed. The server does the same.
function followAttendance(event) {
  const select = event.target;
  const row = select.closest("[data-row]");
  if (!row || !select.matches("[data-attendance]")) return;
  for (const input of row.querySelectorAll("[data-column]")) {
    if (input.dataset.column === "fine_levied") continue;
    if (!isThere(select.value) && input.placeholder && input.value === input.placeholder) {
      input.dataset.filled = input.value;
      input.value = "";
    } else if (isThere(select.value) && input.dataset.filled && !input.value) {
      input.value = input.dataset.filled;
    }
  }
}

// Enter goes down a column and the arrows move between lines, as in a spreadsheet.
function move(event) {
  const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  const input = event.target;
  if (!step || input.tagName !== "INPUT" || !input.closest("[data-row]")) return;
  event.preventDefault();
  const rows = [...form.querySelectorAll("[data-row]")];
  const index = rows.indexOf(input.closest("[data-row]")) + step;
  const next = rows[index]?.querySelector(`[data-column="${input.dataset.column}"]`);
  if (next) {
    next.focus();
    next.select();
  }
}

if (form) {
  for (const hidden of form.querySelectorAll("[data-strip], [data-foot]")) hidden.hidden = false;
  form.addEventListener("input", count);
  for (const row of form.querySelectorAll("[data-row]")) {
    row.dataset.fine = fineOf(row);
  }
  form.addEventListener("change", followAttendance);
  form.addEventListener("change", (event) => {
    const row = event.target.closest("[data-row]");
    if (row && event.target.matches('[data-attendance], [data-column="saving"]')) followFine(row);
  });
  form.addEventListener("change", count);
  form.addEventListener("keydown", move);
  // Typing is not lost by a slip of the thumb.
  let isChanged = false;
  form.addEventListener("input", () => { isChanged = true; });
  form.addEventListener("submit", () => { isChanged = false; });
  window.addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
  count();
}
