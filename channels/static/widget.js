// The chat window. One script, no dependencies, no cookies, nothing from elsewhere; it asks nothing of the page but a script tag.
// Whatever anybody wrote is put in as text, never as HTML.
(() => {
  "use strict";
  const settings = __SETTINGS__;
  const base = new URL(".", document.currentScript.src).href;

  // -- What is remembered on this device ------------------------------------------------------------------------------------
  const KEY = `answerable ${base}`;
  const blank = () => ({ session: "", open: false, name: "", email: "", draft: "", seen: "0", pending: [] });
  const memory = blank();
  try { Object.assign(memory, JSON.parse(localStorage.getItem(KEY))); } catch { /* Private windows may forbid it. */ }
  const remember = (changes) => {
    Object.assign(memory, changes);
    try { localStorage.setItem(KEY, JSON.stringify(memory)); } catch { /* Then it lasts as long as the page. */ }
  };

  // -- The window -----------------------------------------------------------------------------------------------------------
  const el = (tag, properties = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in node && !name.includes("-")) node[name] = value; else node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  };
  const icon = (path) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const attributes = { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "2",
      "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" };
    for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  };

  const badge = el("span", { className: "badge", hidden: true });
  const launcher = el("button", { type: "button", className: "launcher", "aria-expanded": "false" },
    icon("M4 5h16v11H9l-5 4z"), el("span", { textContent: "Write to us" }), badge);
  const reference = el("p", { className: "reference", hidden: true });
  const close = el("button", { type: "button", className: "close", "aria-label": "Close" }, icon("M6 6l12 12M18 6L6 18"));
  const log = el("div", { className: "log", role: "log", "aria-live": "polite", "aria-label": "Conversation", tabIndex: 0 },
    el("p", { className: "greeting", textContent: "Hello! Tell us what went wrong, and a person will read it. " +
      "You can close this window at any time: the answer will be waiting for you here." }));
  const notice = el("p", { className: "notice", role: "status", hidden: true });
  const name = el("input", { name: "name", autocomplete: "name", maxLength: 200, value: memory.name });
  const email = el("input", { name: "email", type: "email", autocomplete: "email", maxLength: 254, value: memory.email });
  const forget = el("button", { type: "button", className: "forget" });
  const summary = el("summary");
  const details = el("details", { className: "details" }, summary, el("div", { className: "fields" },
    el("label", {}, "Name", name), el("label", {}, "E-mail", email),
    el("p", { textContent: "You need not give either. With your e-mail address we can still reach you when you have left this page." }), forget));
  const words = el("textarea", { rows: 1, maxLength: settings.maxText, placeholder: "Write a message",
    enterKeyHint: "send", value: memory.draft });
  const send = el("button", { type: "submit", className: "send", "aria-label": "Send" }, icon("M5 12l-1-8 17 8-17 8 1-8zm0 0h8"));
  const form = el("form", {}, el("label", {}, el("span", { className: "unseen", textContent: "Your message" }), words), send);
  const left = el("p", { className: "left", "aria-live": "polite", hidden: true });
  const panel = el("section", { className: "panel", role: "dialog", "aria-labelledby": "title", hidden: true },
    el("header", {}, el("div", {}, el("h2", { id: "title", textContent: settings.brand }), reference), close),
    log, notice, details, form, left);
  const root = el("div", { className: "root" }, panel, launcher);

  const host = document.createElement("answerable-chat");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(settings.style);
  shadow.adoptedStyleSheets = [sheet];
  shadow.append(root);
  const dark = (() => {
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(settings.colour.slice(at, at + 2), 16) || 0);
    return red * 0.299 + green * 0.587 + blue * 0.114 < 150;
  })();
  root.style.setProperty("--brand", settings.colour);
  root.style.setProperty("--on-brand", dark ? "#fff" : "#111");

  // -- What was said --------------------------------------------------------------------------------------------------------
  const shown = new Map();  // entry id -> its element
  let latest = 0n, unread = 0, day = "";  // `latest` numbers the last entry sent to this page: 64 bits

  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
  const calendar = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

  const linked = (text) => text.split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/).map((part, place) =>
    place % 2 ? el("a", { href: part, textContent: part, target: "_blank", rel: "noopener noreferrer" }) : part);

  const follow = () => {  // To the end, but never past the beginning of what is to be read.
    const last = log.lastElementChild;
    log.scrollTop = Math.min(log.scrollHeight - log.clientHeight, last.offsetTop - log.offsetTop - 12);
  };

  const put = (entry) => {
    const at = new Date(entry.at);
    const mine = entry.direction === "in";
    if (calendar.format(at) !== day) {
      day = calendar.format(at);
      log.append(el("p", { className: "day", textContent: day === calendar.format(new Date()) ? "Today" : day }));
    }
    const meta = el("p", { className: "meta" }, el("b", { textContent: mine ? "You" : entry.from || settings.brand }), " · ",
      el("time", { dateTime: entry.at, textContent: clock.format(at) }), el("span", { className: "state" }));
    const message = el("div", { className: `message ${entry.direction}` },
      el("p", { className: "bubble" }, ...(mine ? [entry.text] : linked(entry.text))), meta);
    shown.set(entry.id, message);
    log.append(message);
    follow();
  };

  const STATES = { sending: " · Sending…", sent: " · Sent", failed: " · Not sent" };
  const mark = (id, state) => {
    const message = shown.get(id);
    if (!message) return;  // Forgotten meanwhile.
    message.classList.remove("sending", "sent", "failed");
    message.classList.add(state);
    message.querySelector(".state").textContent = STATES[state];
    message.querySelector(".again")?.remove();
    if (state !== "failed") return;
    message.append(el("button", { type: "button", className: "again", textContent: "Try again", onclick: () => resend() }));
    follow();
  };

  const receive = (entry, seq) => {
    if (!shown.has(entry.id)) put(entry);
    if (entry.direction === "in") {
      remember({ pending: memory.pending.filter((message) => message.id !== entry.id) });
      mark(entry.id, "sent");
    } else if (seq > BigInt(memory.seen) && !memory.open) {
      unread += 1;
    }
    if (entry.ref) { reference.textContent = `Reference ${entry.ref}`; reference.hidden = false; }
    if (seq > latest) latest = seq;
    if (memory.open) read();
    count();
  };

  const read = () => { if (latest > BigInt(memory.seen)) remember({ seen: String(latest) }); };
  const count = () => {
    badge.textContent = String(unread);
    badge.hidden = !unread;
    launcher.setAttribute("aria-label", unread ? `Write to us, ${unread} new` : "Write to us");
  };

  // -- To and from the desk -------------------------------------------------------------------------------------------------
  const post = (path, said) => fetch(base + path, { method: "POST", credentials: "omit", referrerPolicy: "no-referrer",
    headers: { "Content-Type": "application/json" }, body: JSON.stringify(said), signal: AbortSignal.timeout(20000) });

  const session = async () => {
    if (!memory.session) {
      const answer = await post("chat/sessions", {});
      if (!answer.ok) throw new Error(String(answer.status));
      remember({ session: (await answer.json()).session });
    }
    return memory.session;
  };

  const deliver = async (message) => {
    const said = { ...message, name: memory.name, email: memory.email };
    let answer = await post(`chat/sessions/${await session()}/messages`, said);
    if (answer.status === 404) {  // The desk no longer knows this conversation: begin another rather than lose the words.
      remember({ session: "", seen: "0" });
      latest = 0n;
      disconnect();
      answer = await post(`chat/sessions/${await session()}/messages`, said);
    }
    if (!answer.ok) throw new Error(String(answer.status));
  };

  let sending = false;
  const resend = async () => {  // One after the other, so that they arrive in the order in which they were written.
    if (sending) return;
    sending = true;
    for (const message of [...memory.pending]) {
      mark(message.id, "sending");
      try {
        await deliver(message);
      } catch {
        memory.pending.forEach((waiting) => mark(waiting.id, "failed"));
        break;
      }
      remember({ pending: memory.pending.filter((waiting) => waiting.id !== message.id) });
      mark(message.id, "sent");
      connect();
    }
    sending = false;
    if (memory.pending.some((message) => shown.get(message.id)?.classList.contains("sending"))) resend();
  };

  let stream = null, waiting = 0, patience = 1000;
  const disconnect = () => { clearTimeout(waiting); stream?.close(); stream = null; };
  const connect = () => {
    if (stream || !memory.session) return;
    stream = new EventSource(`${base}chat/sessions/${memory.session}/events?after=${latest}`);
    stream.addEventListener("open", () => { patience = 1000; tell(""); });
    stream.addEventListener("message", (event) => receive(JSON.parse(event.data), BigInt(event.lastEventId)));
    stream.addEventListener("error", () => {
      tell("Reconnecting…");
      if (stream?.readyState !== EventSource.CLOSED) return;  // The browser tries again by itself.
      disconnect();
      waiting = setTimeout(connect, patience);
      patience = Math.min(patience * 2, 60000);
    });
  };
  const tell = (text) => { notice.textContent = text; notice.hidden = !text; };

  // -- What people do -------------------------------------------------------------------------------------------------------
  let opener = launcher;  // where the focus goes back to
  const show = (open, focus = true) => {
    panel.hidden = !open;
    launcher.hidden = open;
    root.classList.toggle("open", open);
    launcher.setAttribute("aria-expanded", String(open));
    remember({ open });
    if (open) { unread = 0; read(); count(); follow(); fit(); }
    if (focus) (open ? words : opener).focus();
  };

  const fit = () => {
    words.style.height = "auto";
    words.style.height = `${words.scrollHeight + 2}px`;
    send.disabled = !words.value.trim();
    const room = settings.maxText - words.value.length;
    left.hidden = room > 200;
    left.textContent = `${room} characters left`;
  };

  const introduce = () => {
    const known = [memory.name, memory.email].filter(Boolean).join(" · ");
    summary.textContent = known ? `You: ${known}` : "Add your name and e-mail (optional)";
    forget.textContent = "Forget this conversation on this device";
    forget.hidden = !memory.session;
  };

  const write = () => {
    const text = words.value.trim();
    if (!text) return;
    const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const message = { id, text };
    words.value = "";
    details.open = false;
    remember({ draft: "", name: name.value.trim(), email: email.value.trim(), pending: [...memory.pending, message] });
    put({ id, text, direction: "in", at: new Date().toISOString() });
    mark(id, "sending");
    introduce();
    fit();
    resend().then(introduce);
  };

  launcher.addEventListener("click", () => { opener = launcher; show(true); });
  close.addEventListener("click", () => show(false));
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") show(false); });
  form.addEventListener("submit", (event) => { event.preventDefault(); write(); words.focus(); });
  words.addEventListener("input", () => { fit(); remember({ draft: words.value }); });
  words.addEventListener("keydown", (event) => {
    const fingers = matchMedia("(pointer: coarse)").matches;  // There, Enter begins a new line, as everywhere on a phone.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !fingers) { event.preventDefault(); write(); }
  });
  for (const field of [name, email]) {
    field.addEventListener("change", () => { remember({ name: name.value.trim(), email: email.value.trim() }); introduce(); });
  }
  forget.addEventListener("click", () => {
    if (!forget.textContent.startsWith("Press")) { forget.textContent = "Press again to forget it"; return; }
    disconnect();
    remember(blank());
    shown.clear();
    log.querySelectorAll(".message, .day").forEach((node) => node.remove());
    day = ""; latest = 0n; name.value = email.value = words.value = ""; reference.hidden = true;
    show(false);
    introduce();
  });
  addEventListener("online", resend);
  addEventListener("storage", (event) => {  // Another tab of the same page: one conversation for both.
    if (event.key !== KEY || !event.newValue) return;
    const { session, seen, name, email } = JSON.parse(event.newValue);
    Object.assign(memory, { session, seen, name, email });
    introduce();
    connect();
  });
  document.addEventListener("click", (event) => {  // Any button of the page may open the window.
    const button = event.target.closest?.("[data-answerable-open]");
    if (button) { opener = button; show(true); }
  });

  introduce();
  details.open = !memory.session && !matchMedia("(max-width: 480px)").matches;
  (document.body || document.documentElement).append(host);
  connect();
  memory.pending.forEach((message) => { put({ ...message, direction: "in", at: new Date().toISOString() }); mark(message.id, "sending"); });
  resend();
  if (memory.open) show(true, false);
})();
