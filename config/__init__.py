"""Settings, policies, calendars and letter templates: data, and the loader that checks it."""
