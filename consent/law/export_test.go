package law

import "io/fs"

// LoadFiles lets tests load rows of their own.
func LoadFiles(files fs.FS) (*Table, error) { return load(files) }
