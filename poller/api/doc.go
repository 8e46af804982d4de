// Package api is the client of the markdown2pdf.ai job API. It sends requests, decodes
// answers without trusting them, and sorts failures by what the caller does next
// ([job.Kind]). It does not decide when to ask.
//
// # The API
//
// The facts below are from the service's published OpenAPI description (version
// 2025-06-10T15:55:31Z), its guide, and its Python and TypeScript clients. It has no
// authentication (security: []): anyone who has a job's ID can read the job.
//
//  1. POST /markdown (paid per document; jobwatch does not use it) answers 200 with a
//     JobStatus whose path is the URL of the job's status, relative or absolute. Users
//     therefore hold a bare UUID, a path (/job/UUID/status), a URL, or that JSON.
//  2. GET /job/{job_id}/status answers 200 with a JobStatus (see decode.go), and is polled
//     until the status is final: by the official clients every 3 s, with 10 s per request.
//  3. When the status is Done, path is the URL of GET /job/{job_id}/output: absolute in
//     practice, else relative to the base URL. That answers JSON with a url field.
//  4. GET of that url, a signed link on another host, gives the PDF. The link is
//     short-lived: fetch it when it is needed and never store it.
//
// 404 means that the job does not exist or that the user has no access to it. A new job may
// not be visible yet, so one 404 is not the end of a job. 422 is FastAPI's
// HTTPValidationError, where detail may be absent:
//
//	{"detail": [{"loc": ["path", "job_id", 0], "msg": "...", "type": "..."}]}
package api
