"use strict";

// Shows the OpenAPI document. A separate file, as the pages' policy allows no inline script, and nothing is
// asked of an outside host: no validator, no remote fonts.
document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("api-docs");
  window.SwaggerUIBundle({
    domNode: place,
    url: place.dataset.schema,
    validatorUrl: null,
    deepLinking: true,
    // All operations at once are more than it draws: it stops, silently, somewhere above 130.
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    // Whoever is signed in here is so by a session: writes then need the token against forged requests.
    requestInterceptor: (request) => {
      if (new URL(request.url, location.href).origin === location.origin) {
        request.headers["X-CSRFToken"] = place.dataset.csrf;
      }
      return request;
    },
  });
});
