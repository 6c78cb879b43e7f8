package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	serverCore, clientCore = "0", "1"
	token                  = "0123456789abcdef0123456789abcdef"
)

// process is a server under test.
type process struct {
	addr string
	cmd  *exec.Cmd
}

func (p *process) stop() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// serve starts a command on the server's core and waits until it answers.
func (b *bench) serve(ctx context.Context, addr string, line ...string) (*process, error) {
	cmd := pinned(ctx, serverCore, line...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	log, err := os.Create(filepath.Join(b.dir, "log-"+strings.ReplaceAll(addr, ":", "-")))
	if err != nil {
		return nil, err
	}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	for range 600 {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			return &process{addr, cmd}, conn.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil, fmt.Errorf("%s did not answer", line[0])
}

// bare starts Echo that does nothing, but can repeat answers of ours.
func (b *bench) bare(ctx context.Context, repeated ...said) (*process, error) {
	repeats, err := json.Marshal(repeated)
	if err != nil {
		return nil, err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return b.serve(ctx, addr, self, "bare", addr, string(repeats))
}

// ours builds the program once and starts it.
func (b *bench) ours(ctx context.Context, args ...string) (*process, error) {
	if b.program == "" {
		b.program = filepath.Join(b.dir, "lxconsent")
		build := exec.CommandContext(ctx, "go", "build", "-o", b.program, "./cmd/lxconsent")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return nil, err
		}
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(b.dir, "data")
	if err != nil {
		return nil, err
	}
	p, err := b.serve(ctx, addr, append([]string{b.program, "serve", "--demo", "--limits", "off", "--listen", addr, "--data-dir", dir, "--api-token", token}, args...)...)
	if err != nil {
		return nil, err
	}
	for range 200 {
		if r, err := http.Get("http://" + addr + "/healthz"); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				break
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	return p, nil
}

// asked is a load on a server whose answers have a status.
func (p *process) asked(status int, requests ...[]byte) asked {
	return asked{Addr: p.addr, Process: p.cmd.Process.Pid, Status: status, Requests: requests}
}

// get is one request of the kind that browsers and servers keep sending.
func get(addr, path string, headers ...string) []byte {
	lines := append([]string{"GET " + path + " HTTP/1.1", "Host: " + addr}, headers...)
	return []byte(strings.Join(lines, "\r\n") + "\r\n\r\n")
}

func post(addr, path, body string, headers ...string) []byte {
	lines := append([]string{"POST " + path + " HTTP/1.1", "Host: " + addr, "Content-Type: text/plain", fmt.Sprintf("Content-Length: %d", len(body))}, headers...)
	return []byte(strings.Join(lines, "\r\n") + "\r\n\r\n" + body)
}

// visitor is somebody who accepted everything on the demo site.
type visitor struct {
	Consent string `json:"consent"`
	Subject string `json:"subject"`
	Stored  string `json:"stored"`
	Receipt struct {
		Subject string `json:"subject"`
	} `json:"receipt"`
}

const noID = "AAAAAAAAAAAAAAAAAAAAAA"

// consentBody is a consent write, and where its id stands.
func consentBody(addr string) (body string, id int, err error) {
	r, err := http.Get("http://" + addr + "/v1/notice?site=demo")
	if err != nil {
		return "", 0, err
	}
	defer r.Body.Close()
	var notice struct {
		Note string `json:"note"`
	}
	if err := json.NewDecoder(r.Body).Decode(&notice); err != nil {
		return "", 0, err
	}
	body = fmt.Sprintf(`{"site":"demo","id":%q,"note":%q,"levels":{"functional":1,"analytics":1,"marketing":1,"recording":1},"action":"save","age":0}`, noID, notice.Note)
	return body, strings.Index(body, noID), nil
}

func (p *process) accept() (v visitor, err error) {
	body, _, err := consentBody(p.addr)
	if err != nil {
		return v, err
	}
	r, err := http.Post("http://"+p.addr+"/v1/consents", "text/plain", bytes.NewReader([]byte(body)))
	if err != nil {
		return v, err
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusCreated {
		return v, fmt.Errorf("a consent write answers %d: %s %w", r.StatusCode, raw, err)
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, err
	}
	for _, c := range r.Cookies() {
		if c.Name == "lx_subject" {
			v.Subject = c.Value
		}
	}
	return v, nil
}

// contest runs several loads in turn, some rounds, and tells the medians.
type contest struct {
	name string
	load asked
}

type result struct {
	name        string
	rate, p50   float64
	p99, cpu    float64
	least, most float64
	rates       []float64
}

func (b *bench) contests(ctx context.Context, all []contest) ([]result, error) {
	results := make([]result, len(all))
	type figures struct{ rate, p50, p99, cpu []float64 }
	found := make([]figures, len(all))
	for round := range b.rounds + 1 {
		for i, c := range all {
			c.load.Conns, c.load.Pinned, c.load.Length = 64, clientCore, time.Duration(b.seconds)*time.Second
			if round == 0 {
				c.load.Length = time.Second
			}
			m, err := load(ctx, c.load)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			if round == 0 {
				continue
			}
			f := &found[i]
			f.rate, f.p50 = append(f.rate, m.rate()), append(f.p50, float64(m.P50.Microseconds())/1000)
			f.p99 = append(f.p99, float64(m.P99.Microseconds())/1000)
			f.cpu = append(f.cpu, float64(m.CPU.Nanoseconds())/1000/float64(m.Count))
		}
	}
	for i, c := range all {
		f := found[i]
		results[i] = result{
			name: c.name, rate: median(f.rate), p50: median(f.p50), p99: median(f.p99), cpu: median(f.cpu),
			least: slices.Min(f.rate), most: slices.Max(f.rate), rates: f.rate,
		}
	}
	return results, nil
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

// over is the median of the ratios within rounds, as neighbours shared the
// machine's mood.
func (r result) over(base result) float64 {
	var all []float64
	for i := range r.rates {
		all = append(all, r.rates[i]/base.rates[i])
	}
	return median(all)
}

// text is a section: how it was measured, what else is to say, the results, each
// compared with the first, and what they come to.
func (b *bench) text(title, note string, results []result, aims map[string]string, tail string) string {
	return "## " + title + "\n\n" + fmt.Sprintf(setting, b.seconds, b.rounds) + note + "\n\n" + rows(results, aims) + "\n" + tail
}

// rows writes results, each compared with the first.
func rows(results []result, aims map[string]string) string {
	lines := [][]string{{"", "requests/s", "p50, ms", "p99, ms", "CPU per request, µs", "requests, × the first", "by CPU, × the first", "aim"}}
	for _, r := range results {
		lines = append(lines, []string{
			r.name, fmt.Sprintf("%s (%s–%s)", thousands(int(r.rate)), thousands(int(r.least)), thousands(int(r.most))),
			fmt.Sprintf("%.2f", r.p50), fmt.Sprintf("%.2f", r.p99), num(r.cpu), fmt.Sprintf("%.2f", r.over(results[0])),
			fmt.Sprintf("%.2f", results[0].cpu/r.cpu), aims[r.name],
		})
	}
	return table(lines...)
}
