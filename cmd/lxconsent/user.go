package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

type userCmd struct {
	Add  userAddCmd  `cmd:"" help:"Invite somebody, or add them with a password."`
	List userListCmd `cmd:"" help:"List the members of an organisation."`
	Link userLinkCmd `cmd:"" help:"Print a link with which a member sets a new password."`
}

// tenantFlag says in which organisation a command acts.
type tenantFlag struct {
	Tenant string `default:"default" help:"The organisation's id."`
	remote
}

func (f *tenantFlag) ask(ctx context.Context, method, path string, in, out any) error {
	f.tenant = f.Tenant
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode the request: %w", err)
	}
	return f.call(ctx, method, path, body, out)
}

// printLink asks for a link and prints it.
func (f *tenantFlag) printLink(ctx context.Context, s streams, path string, in any) error {
	var out struct {
		URL string `json:"url"`
	}
	if err := f.ask(ctx, http.MethodPost, path, in, &out); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "%s\n", out.URL)
	return err
}

type userAddCmd struct {
	Email        string `arg:"" help:"The person's e-mail address."`
	Role         string `default:"owner" enum:"owner,admin,publisher,editor,analyst,auditor" help:"What they may do."`
	Name         string `help:"How they are called."`
	PasswordFile string `help:"File with their password, or - for standard input; left out, an invitation link is printed." placeholder:"FILE" type:"path"`
	tenantFlag
}

// Run adds or invites a person.
func (c *userAddCmd) Run(ctx context.Context, s streams) error {
	if c.PasswordFile == "" {
		return c.printLink(ctx, s, "/v1/invitations", map[string]string{"email": c.Email, "role": c.Role})
	}
	password, err := s.secret("the password file", c.PasswordFile)
	if err != nil {
		return err
	}
	in := map[string]string{"email": c.Email, "role": c.Role, "name": c.Name, "password": password}
	if err := c.ask(ctx, http.MethodPost, "/v1/members", in, nil); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s is now %s of %s\n", c.Email, c.Role, c.Tenant)
	return err
}

// secret reads the first line of a file or of the standard input.
func (s streams) secret(what, path string) (string, error) {
	in, err := s.open(what, path)
	if err != nil {
		return "", err
	}
	defer in.Close()
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", unread(what, path, err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

type userListCmd struct {
	list
	tenantFlag
}

// Run lists the members.
func (c *userListCmd) Run(ctx context.Context, s streams) error {
	var out struct {
		Members []struct {
			Email        string            `json:"email"`
			Name         string            `json:"name"`
			Role         string            `json:"role"`
			Sites        map[string]string `json:"sites,omitempty"`
			SecondFactor bool              `json:"second_factor"`
		} `json:"members"`
	}
	if err := c.ask(ctx, http.MethodGet, "/v1/members", nil, &out); err != nil {
		return err
	}
	return c.print(s, out, "EMAIL\tNAME\tROLE\tROLES ON SITES\tSECOND FACTOR", func(w io.Writer) {
		for _, m := range out.Members {
			factor := "no"
			if m.SecondFactor {
				factor = "yes"
			}
			var beyond []string
			for _, site := range slices.Sorted(maps.Keys(m.Sites)) {
				beyond = append(beyond, site+": "+m.Sites[site])
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.Email, m.Name, cmp.Or(m.Role, "-"), cmp.Or(strings.Join(beyond, ", "), "-"), factor)
		}
	})
}

type userLinkCmd struct {
	Email string `arg:"" help:"The person's e-mail address."`
	tenantFlag
}

// Run prints the link.
func (c *userLinkCmd) Run(ctx context.Context, s streams) error {
	return c.printLink(ctx, s, "/v1/members/"+url.PathEscape(c.Email)+"/reset", nil)
}
