package outbox

import (
	"context"
	"fmt"
	"strings"

	"github.com/leadiumx/consent/consent"
)

// Proved returns the documents that prove what the store holds of a site at this
// moment: those that are there, and the checkpoint of this very moment of node's own
// chain, which goes up to seq. What that covers can be exported afterwards; what is
// exported beyond it would look inserted. Without keys there is no node. Errors:
// Unavailable.
func (b *Outbox) Proved(ctx context.Context, site string) (all []consent.Document, node string, seq uint64, err error) {
	if b.o.Keys == nil {
		return nil, "", 0, nil
	}
	b.mu.Lock()
	node, head := b.chains.Name, b.chains.Heads[site]
	b.mu.Unlock()
	if err := b.handedOver(ctx); err != nil {
		return nil, "", 0, err
	}
	kind, own := ledgerKind+site, node+"/last"
	err = b.eachDocument(ctx, kind, func(d consent.Document) {
		if d.ID != own && !beyond(d.ID, node, head.Seq) {
			all = append(all, d)
		}
	})
	if err != nil {
		return nil, "", 0, err
	}
	if head.Seq > 0 {
		jws, err := b.checkpoint(node, site, head)
		if err != nil {
			return nil, "", 0, err
		}
		all = append(all, consent.Document{Kind: kind, ID: own, Body: []byte(jws)})
	}
	return all, node, head.Seq, nil
}

// beyond reports whether a document is about an entry of a node's chain that stands
// after a number.
func beyond(id, node string, seq uint64) bool {
	rest, mine := strings.CutPrefix(id, node+"/")
	_, at, numbered := strings.Cut(rest, "/")
	return mine && numbered && at > fmt.Sprintf("%020d", seq)
}

func (b *Outbox) eachDocument(ctx context.Context, kind string, each func(consent.Document)) error {
	for after := ""; ; {
		page, err := b.inner.Documents(ctx, kind, after, consent.MaxPage)
		if err != nil {
			return err
		}
		for _, d := range page {
			after = d.ID
			each(d)
		}
		if len(page) < consent.MaxPage {
			return nil
		}
	}
}
