package bundle

// properties are the short names of properties: those that are shared, and those
// of what only one script knows. Kinds of objects that never stand for each
// other name theirs alike, which packs better; a property that several kinds
// have stands in the same place in each of them. One that is missing here gets
// a name that no kind has.
func properties() map[string]any {
	short := shared()
	for _, kind := range [][]string{
		{"_id", "_max", "_levels", "_names", "_minor", "_gpc", "_necessary", "_mode", "_sensitive", "_months", "_since", "_laxer", "_title"}, // Rule
		{"_raw", "_said", "_levels", "_clock", "_edition", "_regime"},                                                                        // Choice
		{"_read", "_show", "_levels", "_act", "_vendors"},                                                                                    // Event
		{"_name", "_purpose", "_vendor", "_kind", "_partitioned"},                                                                            // Cookie
		{"_name", "_host", "_vendor", "_path", "_level"},                                                                                     // what is held, and for whom
		{"_set", "_wait", "_regions"},                                                                                                        // options of Consent Mode
	} {
		for i, name := range kind {
			short[name] = nameAt(i)
		}
	}
	return short
}
