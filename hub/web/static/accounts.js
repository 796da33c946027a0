// The form of a log-in: of the scopes only those that the chosen role may have. Without this script they stand in groups that name
// their roles, and the hub refuses what does not fit.

for (const scope of document.querySelectorAll("select[data-scopes]")) {
  const { role, person } = scope.form.elements;
  const every = [...scope.children].filter((one) => one.dataset.roles).map((one) => one.cloneNode(true));

  const offer = (wanted) => {
    const fitting = every.filter((one) => one.dataset.roles.split(" ").includes(role.value)).map((one) => one.cloneNode(true));
    for (const one of fitting) one.label = one.dataset.alone;
    scope.replaceChildren(...fitting);
    const values = [...scope.options].map((one) => one.value);
    // A role that needs a place has none that is usual, unless there is but one.
    const free = values.some((one) => !one.includes(":"));
    if (!free && values.length > 1) scope.prepend(new Option(scope.dataset.scopes, ""));
    scope.value = values.includes(wanted) ? wanted : scope.options[0]?.value ?? "";
    scope.required = !free;
    person.required = values.length === 1 && values[0] === "own";
  };

  offer(scope.value);
  role.addEventListener("change", () => offer(scope.value));
}
document.documentElement.dataset.ready = "";
