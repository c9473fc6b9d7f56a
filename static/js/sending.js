// A form is sent by the button that was pressed, also where that was drawn anew meanwhile. One that is gone sends nothing.

export function sendBy(form, button) {
  const same = (each) => each.type === "submit" && each.name === button.name && each.value === button.value;
  const pressed = !button || button.form === form ? button : [...form.elements].find(same);
  if (pressed || !button) form.requestSubmit(pressed);
}
