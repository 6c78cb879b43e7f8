package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/leadiumx/consent/server/redisstore"
)

// setting says how all loads are made.
const setting = `The server is the program as it is shipped, on one core with ` + "`GOMAXPROCS=1`" + `; the client and Redis share the other core. The
client has 64 connections that always have one request under way, and never sleeps, since whoever wakes a sleeping one pays for it. Rounds
of %d s are run in turn, %d of each after a discarded one; medians, with the smallest and the largest in brackets; the ratio is the median
of those within rounds. "Bare Echo" is an Echo handler that does nothing but answer; "repeating" is one that is sent our requests and repeats one of
our answers, so it is what Echo and net/http alone take for them.`

// checks measures answers to "may this run?".
func checks(ctx context.Context, b *bench) (string, error) {
	server, ours, err := b.onRedis(ctx)
	if err != nil {
		return "", err
	}
	defer server.stop()
	defer ours.stop()
	v, err := ours.accept()
	if err != nil {
		return "", err
	}
	store, err := redisstore.Open(ctx, redisstore.Options{URLs: []string{server.url()}})
	if err != nil {
		return "", err
	}
	subjects, err := fill(ctx, store, min(b.visitors, 100_000))
	if err != nil {
		return "", err
	}
	if err := store.Close(); err != nil {
		return "", err
	}
	const asksAnalytics = "/v1/check?site=demo&purpose=analytics"
	var bySubject [][]byte
	for _, s := range subjects {
		bySubject = append(bySubject, get(ours.addr, asksAnalytics+"&subject="+s, "Authorization: Bearer "+token))
	}
	cookie := "Cookie: lx_consent=" + v.Consent
	answer, err := ours.says(get(ours.addr, asksAnalytics, cookie))
	if err != nil {
		return "", err
	}
	bare, err := b.bare(ctx, answer)
	if err != nil {
		return "", err
	}
	defer bare.stop()
	results, err := b.contests(ctx, []contest{
		{"bare Echo, JSON", bare.asked(200, get(bare.addr, "/json"))},
		{"bare Echo, prepared bytes", bare.asked(200, get(bare.addr, "/blob"))},
		{"bare Echo, repeating checks", bare.asked(200, get(bare.addr, asksAnalytics, cookie))},
		{"check, signed cookie", ours.asked(200, get(ours.addr, asksAnalytics, cookie))},
		{"gate for proxies, signed cookie", ours.asked(200, get(ours.addr, "/v1/gate?site=demo&purpose=analytics", cookie))},
		{"check, subject in Redis", ours.asked(200, bySubject...)},
	})
	if err != nil {
		return "", err
	}
	note := fmt.Sprintf("\nChecks by subject ask with an API key for one of %s visitors, each in its turn.", thousands(len(subjects)))
	return b.text("Checks", note, results, map[string]string{"check, signed cookie": "≥ 0.85", "check, subject in Redis": "≥ 0.75"},
		fmt.Sprintf("p99 of the check with a cookie is %.2f × bare Echo's (aim ≤ 1.3).", results[3].p99/results[0].p99)), nil
}

// onRedis starts a Redis on the client's core, which keeps what it is given, and our server on it.
func (b *bench) onRedis(ctx context.Context) (*redisServer, *process, error) {
	server, err := startRedis(ctx, b, clientCore, "--appendonly", "yes")
	if err != nil {
		return nil, nil, err
	}
	ours, err := b.ours(ctx, "--redis", server.url())
	if err != nil {
		server.stop()
		return nil, nil, err
	}
	return server, ours, nil
}

// writes measures consent writes.
func writes(ctx context.Context, b *bench) (string, error) {
	server, local, err := b.onRedis(ctx)
	if err != nil {
		return "", err
	}
	defer server.stop()
	defer local.stop()
	file, err := b.ours(ctx)
	if err != nil {
		return "", err
	}
	defer file.stop()
	acked, err := b.ours(ctx, "--redis", server.url(), "--ack", "redis")
	if err != nil {
		return "", err
	}
	defer acked.stop()
	written, _, err := consentBody(file.addr)
	if err != nil {
		return "", err
	}
	answer, err := file.says(post(file.addr, "/v1/consents", written))
	if err != nil {
		return "", err
	}
	bare, err := b.bare(ctx, answer)
	if err != nil {
		return "", err
	}
	defer bare.stop()
	all := []contest{
		{"bare Echo, JSON", bare.asked(200, get(bare.addr, "/json"))},
		{"bare Echo, repeating writes", bare.asked(201, post(bare.addr, "/v1/consents", written))},
	}
	for _, c := range []struct {
		name string
		of   *process
	}{{"write, embedded file, acknowledged when fsynced", file}, {"write, Redis, acknowledged when fsynced", local}, {"write, acknowledged by Redis too", acked}} {
		body, at, err := consentBody(c.of.addr)
		if err != nil {
			return "", err
		}
		request := post(c.of.addr, "/v1/consents", body)
		load := c.of.asked(201, request)
		load.ID = strings.Index(string(request), "\r\n\r\n") + 4 + at
		all = append(all, contest{c.name, load})
	}
	results, err := b.contests(ctx, all)
	if err != nil {
		return "", err
	}
	return b.text("Consent writes", `
A write opens and checks the notice, is chained, sealed and fsynced in the node log before it is answered, with a signed cookie, a subject
token and a receipt signed with Ed25519; behind the answer it is applied with its counters.`,
		results, map[string]string{all[2].name: "≥ 0.5", all[3].name: "≥ 0.5"}, ""), nil
}
