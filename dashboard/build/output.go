package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"

	"github.com/andybalholm/brotli"
)

// marker stays in the folder, so that the embedding package compiles in a
// fresh checkout too.
const marker = ".gitkeep"

// write empties the folder and fills it with the files and their compressed
// copies. index.html gets none: each response fills in a nonce.
func write(out string, files []file) error {
	entries, err := os.ReadDir(out)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	for _, e := range entries {
		if e.Name() == marker {
			continue
		}
		if err := os.RemoveAll(filepath.Join(out, e.Name())); err != nil {
			return err
		}
	}
	for _, f := range files {
		copies := []file{f}
		if f.Name != "index.html" {
			more, err := compressed(f)
			if err != nil {
				return err
			}
			copies = append(copies, more...)
		}
		for _, c := range copies {
			name := filepath.Join(out, filepath.FromSlash(c.Name))
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(name, c.Data, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// compressed returns the .br and .gz copies that are smaller than the file.
func compressed(f file) ([]file, error) {
	zipped, err := gzipped(f.Data)
	if err != nil {
		return nil, err
	}
	var br bytes.Buffer
	w := brotli.NewWriterLevel(&br, brotli.BestCompression)
	if _, err := w.Write(f.Data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	all := []file{{f.Name + ".br", br.Bytes()}, {f.Name + ".gz", zipped}}
	return slices.DeleteFunc(all, func(c file) bool { return len(c.Data) >= len(f.Data) }), nil
}

func gzipped(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// firstView is the gzipped size of all that loads before anything shows.
func firstView(b *built) (int, error) {
	total := 0
	for _, f := range b.Files {
		if f.Name != b.Style && !slices.Contains(b.First, f.Name) {
			continue
		}
		z, err := gzipped(f.Data)
		if err != nil {
			return 0, err
		}
		total += len(z)
	}
	return total, nil
}
