// Package api is the client of the job API (API.md): it asks, decodes what comes
// without trusting it, and sorts what goes wrong by what the caller does next
// (job.Kind). It decides nothing about when to ask.
package api
