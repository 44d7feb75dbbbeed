// Starts the interactive API document in #api-doc. Loaded as a module after swagger-ui.js, which is a plain script.

window.SwaggerUIBundle({
  url: '/api/v1/api-doc/openapi.json',
  dom_id: '#api-doc',
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: 'list',
  filter: true,
  persistAuthorization: false, // a token stays in this page only
  requestInterceptor: (request) => {
    request.headers['x-ah-openapi-auth'] ??= 'openapi-token'; // a constant; nobody should have to type it
    return request;
  },
  tryItOutEnabled: true,
  validatorUrl: null, // the default sends the document to a public service
});
