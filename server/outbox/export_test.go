package outbox

import "github.com/hashicorp/raft-wal/types"

// WithFiles puts a file system under the log.
func (o Options) WithFiles(files types.VFS) Options {
	o.files = files
	return o
}
