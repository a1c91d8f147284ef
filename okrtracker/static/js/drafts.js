// What was typed and not saved yet, kept in this browser: per person and per form, until it is saved, thrown
// away, or the person signs out. Whoever else signs in here removes it without seeing it.
"use strict";

const DRAFT_PREFIX = "okr-draft:";
const DRAFT_DAYS = 14;

const drafts = {
  reader: document.body.dataset.reader,

  key(name) {
    return `${DRAFT_PREFIX}${this.reader}:${name}`;
  },

  read(name) {
    try {
      return JSON.parse(localStorage.getItem(this.key(name)));
    } catch {
      return null;
    }
  },

  // Whether it was kept: a browser may have no room, or allow none.
  write(name, fields) {
    try {
      localStorage.setItem(this.key(name), JSON.stringify({ fields, at: Date.now() }));
      return true;
    } catch {
      return false;
    }
  },

  forget(name) {
    this.removeWhere((key) => key === this.key(name));
  },

  // Of a key result: its row and its single page.
  forgetAllOf(code) {
    this.removeWhere((key) => key === this.key(code) || key.startsWith(this.key(`${code}~`)));
  },

  removeWhere(isMeant) {
    try {
      Object.keys(localStorage)
        .filter((key) => key.startsWith(DRAFT_PREFIX) && isMeant(key))
        .forEach((key) => localStorage.removeItem(key));
    } catch {
      // Storage is closed to this page, so nothing was kept in it.
    }
  },

  isTooOld(key) {
    try {
      return Date.now() - JSON.parse(localStorage.getItem(key)).at > DRAFT_DAYS * 24 * 60 * 60 * 1000;
    } catch {
      return true;
    }
  },
};

drafts.removeWhere((key) => !key.startsWith(drafts.key("")) || drafts.isTooOld(key));

document.querySelectorAll("[data-saved]").forEach((message) => {
  message.dataset.saved.split(" ").forEach((code) => drafts.forgetAllOf(code));
});

document.querySelectorAll("form[data-forgets-drafts]").forEach((form) => {
  form.addEventListener("submit", () => drafts.removeWhere(() => true));
});
