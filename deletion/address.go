package deletion

import (
	"crypto/hmac"
	"crypto/sha256"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// addressRule is the version of the rule by which addresses are normalised.
const addressRule = 1

// normalAddress is the form in which an address is hashed: without spaces around
// it, in Unicode's composed form (NFC), in lower case, with the domain in its
// ASCII form. What is no address stays as it is otherwise.
func normalAddress(address string) string {
	address = norm.NFC.String(strings.ToLower(norm.NFC.String(strings.TrimSpace(address))))
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address
	}
	domain, err := idna.Lookup.ToASCII(address[at+1:])
	if err != nil {
		return address
	}
	return address[:at+1] + domain
}

// hashAddress is HMAC-SHA-256 over the normalised address.
func hashAddress(key []byte, address string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(normalAddress(address)))
	return h.Sum(nil)
}
