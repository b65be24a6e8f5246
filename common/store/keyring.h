/* An org's key files on this machine, checked against the fingerprints in the org record before anything uses
 * them. */
#ifndef STORE_KEYRING_H
#define STORE_KEYRING_H

#include "base/settings.h"
#include "store/definitions.h"

/* <data_folder>/keys/<org> */
void keyring_folder(const struct settings *settings, const char *org, char out[320]);

/* Reads one key of the org. Refuses a missing or damaged file, one that others may read (mode wider than
 * 0600), and a key whose fingerprint is not the one in the record. */
bool keyring_load(const struct settings *settings, const struct org_record *record, enum key_kind kind,
                  unsigned char key_out[KEY_BYTES], struct error *error) MUST_CHECK;

#endif
