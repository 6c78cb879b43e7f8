package consent

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
)

// A tree is a Merkle tree as in RFC 6962, section 2.1, over what is to be
// signed together: one signature of its root signs every leaf.

// treeLimit bounds the leaves of a tree, whose number is written in two bytes.
const treeLimit = 1<<16 - 1

// treeProof is the last part of a JWS whose signature is shared:
//
//	signature 64 · index 2 · number of leaves 2 · the hashes beside the way up, 32 each
//
// The signature is that of the root and of the number of leaves.
const treeProofSize = ed25519.SignatureSize + 4

// leafMark is hashed before a leaf, nodeMark before two hashes.
const leafMark, nodeMark = 0, 1

// treeLeaf is the hash of a leaf; see also opening.
func treeLeaf(data []byte) Hash { return sha256.Sum256(append([]byte{leafMark}, data...)) }

func treeNode(left, right *Hash) Hash {
	var b [1 + 2*sha256.Size]byte
	b[0] = nodeMark
	copy(b[1:], left[:])
	copy(b[1+sha256.Size:], right[:])
	return sha256.Sum256(b[:])
}

// treeLevels are the hashes of a tree from its leaves up to its root. One that
// has no other beside it stands in the next level as it is.
func treeLevels(leaves []Hash) [][]Hash {
	levels := [][]Hash{leaves}
	for below := leaves; len(below) > 1; {
		level := make([]Hash, 0, (len(below)+1)/2)
		for i := 0; i+1 < len(below); i += 2 {
			level = append(level, treeNode(&below[i], &below[i+1]))
		}
		if len(below)%2 == 1 {
			level = append(level, below[len(below)-1])
		}
		levels, below = append(levels, level), level
	}
	return levels
}

// appendTreeProof writes the proof of one leaf.
func appendTreeProof(b, signature []byte, levels [][]Hash, index int) []byte {
	b = append(b, signature...)
	b = binary.BigEndian.AppendUint16(b, uint16(index))
	b = binary.BigEndian.AppendUint16(b, uint16(len(levels[0])))
	for _, level := range levels[:len(levels)-1] {
		if beside := index ^ 1; beside < len(level) {
			b = append(b, level[beside][:]...)
		}
		index /= 2
	}
	return b
}

// treeSigned is what is signed of a tree. It can be no JWS, which has no spaces.
func treeSigned(root Hash, leaves int) []byte {
	return append(binary.BigEndian.AppendUint16([]byte("lx receipt tree 1"), uint16(leaves)), root[:]...)
}

// inTree reports whether a key has signed the tree that holds the data, as the
// proof says. It accepts one proof of a leaf only; see RFC 9162, section 2.1.3.2.
func inTree(key ed25519.PublicKey, data, proof []byte) bool {
	if len(proof) < treeProofSize || (len(proof)-treeProofSize)%sha256.Size != 0 {
		return false
	}
	signature, path := proof[:ed25519.SignatureSize], proof[treeProofSize:]
	at := binary.BigEndian.Uint16(proof[ed25519.SignatureSize:])
	leaves := binary.BigEndian.Uint16(proof[ed25519.SignatureSize+2:])
	if at >= leaves {
		return false
	}
	root := treeLeaf(data)
	index, last := at, leaves-1
	for ; len(path) > 0; path = path[sha256.Size:] {
		if last == 0 {
			return false
		}
		beside := Hash(path[:sha256.Size])
		if index%2 == 0 && index != last {
			root = treeNode(&root, &beside)
		} else {
			root = treeNode(&beside, &root)
			for index%2 == 0 && index != 0 {
				index, last = index/2, last/2
			}
		}
		index, last = index/2, last/2
	}
	return last == 0 && ed25519.Verify(key, treeSigned(root, int(leaves)), signature)
}
