package geo

// OpenBytes opens one database that is no file.
func OpenBytes(raw []byte) (*DB, error) {
	t, err := parse("of the test", raw)
	if err != nil {
		return nil, err
	}
	d := &DB{}
	d.tables.Store(&[]*table{t})
	return d, nil
}
