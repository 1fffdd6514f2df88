// Shows /openapi.json. Whatever comes from the API becomes text, never markup.

const byId = (id) => document.getElementById(id);

function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// A schema in a few words, as `array of TaskView` or `integer 1..100 or null`.
function words(schema = {}) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map(words).join(" or ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.type === "array") return `array of ${words(schema.items)}`;
  const { minimum, maximum } = schema;
  const range = minimum === undefined && maximum === undefined ? "" : ` ${minimum ?? ""}..${maximum ?? ""}`;
  return `${schema.type ?? "anything"}${range}`;
}

function fields(schema, schemas) {
  const name = schema?.$ref?.split("/").pop();
  const shape = name ? schemas[name] : schema;
  const table = make("table");
  for (const [field, type] of Object.entries(shape?.properties ?? {})) {
    const row = table.insertRow();
    row.insertCell().append(make("code", field + (shape.required?.includes(field) ? " *" : "")));
    row.insertCell().textContent = [words(type), type.description].filter(Boolean).join(" · ");
  }
  return table;
}

async function send(path, inputs, output) {
  const query = new URLSearchParams();
  for (const input of inputs) {
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
    else if (input.value) query.set(input.name, input.value);
  }
  const token = byId("token").value;
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  try {
    const answer = await fetch(`${path}${query.size ? `?${query}` : ""}`, { headers });
    const text = await answer.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: shown as it is */ }
    output.textContent = `${answer.status}\n${shown}`;
  } catch (error) {
    output.textContent = `no answer: ${error.message}`;
  }
}

// Only reading can be tried: what changes something is worth a thought and a terminal.
function tryIt(path, operation) {
  const form = make("form");
  const inputs = operation.parameters.map((parameter) => {
    const input = make("input", "", { name: parameter.name, "data-in": parameter.in, autocomplete: "off" });
    input.required = parameter.in === "path";
    const label = make("label", parameter.name);
    label.append(input);
    form.append(label);
    return input;
  });
  const output = make("pre", "", { "aria-live": "polite" });
  output.hidden = true;
  form.append(make("button", "Send", { type: "submit" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    output.hidden = false;
    output.textContent = "…";
    send(path, inputs, output);
  });
  const box = make("div");
  box.append(form, output);
  return box;
}

function shown(path, method, operation, schemas) {
  const details = make("details");
  details.id = operation.operationId;
  const head = make("summary");
  head.append(make("span", method.toUpperCase(), { class: `method ${method}` }), make("code", path));
  head.append(make("span", operation.summary, { class: "about" }));
  const inside = make("div");
  if (operation.description) inside.append(make("p", operation.description));
  if (operation.parameters.length) {
    inside.append(make("h3", "Parameters"));
    const table = make("table");
    for (const parameter of operation.parameters) {
      const row = table.insertRow();
      row.insertCell().append(make("code", parameter.name + (parameter.required ? " *" : "")));
      row.insertCell().textContent = [words(parameter.schema), parameter.description].filter(Boolean).join(" · ");
    }
    inside.append(table);
  }
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  if (body) inside.append(make("h3", "Body"), fields(body, schemas));
  const answer = operation.responses["200"];
  const data = answer.content?.["application/json"]?.schema?.properties?.data;
  inside.append(make("h3", data ? "data" : "Answer"));
  inside.append(data ? fields(data, schemas) : make("p", Object.keys(answer.content ?? {}).join(", ") || "-"));
  if (method === "get" && !answer.content?.["text/event-stream"]) inside.append(tryIt(path, operation));
  details.append(head, inside);
  return details;
}

async function show() {
  const description = await (await fetch("/openapi.json")).json();
  byId("about").textContent = description.info.description;
  const groups = new Map();
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const group = operation.tags[0];
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push(shown(path, method, operation, description.components.schemas));
    }
  }
  const main = byId("operations");
  for (const [group, operations] of groups) main.append(make("h2", group), ...operations);
  main.append(make("h2", "Parameters of scripts"));
  for (const [script, schema] of Object.entries(description["x-drover-scripts"])) {
    main.append(make("h3", script), fields(schema, description.components.schemas));
  }
  document.body.dataset.ready = "true";
}

show().catch((error) => { byId("about").textContent = `The description cannot be shown: ${error.message}`; });
