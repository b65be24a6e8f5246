#include "store/keyring.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

void keyring_folder(const struct settings *settings, const char *org, char out[320])
{
    snprintf(out, 320, "%s/keys/%s", settings->data_folder, org);
}

static const char *expected_fingerprint(const struct org_record *record, enum key_kind kind)
{
    switch (kind) {
    case KEY_HASH:
        return record->fingerprint_hash;
    case KEY_SEALING_PUBLIC:
    case KEY_SEALING_SECRET:
        return record->fingerprint_sealing;
    case KEY_READER_PUBLIC:
    case KEY_READER_SECRET:
        return record->fingerprint_reader;
    }
    return "";
}

bool keyring_load(const struct settings *settings, const struct org_record *record, enum key_kind kind,
                  unsigned char key_out[KEY_BYTES], struct error *error)
{
    char folder[320], path[384];
    keyring_folder(settings, record->org.id, folder);
    snprintf(path, sizeof path, "%s/%s", folder, key_file_name(kind));
    const char *expected = expected_fingerprint(record, kind);
    if (expected[0] == '\0') {
        return error_set(error, "org \"%s\" has no keys yet: run `pulssi keys generate --org %s`",
                         record->org.id, record->org.id);
    }
    struct stat status;
    if (stat(path, &status) == 0 && (status.st_mode & 077) != 0) {
        return error_set(error, "%s: others may read it (mode %03o): run `chmod 600 %s`", path,
                         (unsigned)status.st_mode & 0777U, path);
    }
    struct text content = {0};
    bool loaded = file_read(path, 256, &content, error) && key_decode(kind, content.chars, key_out, error);
    text_free(&content);
    if (!loaded) {
        return error_prefix(error, "key of org \"%s\"", record->org.id);
    }
    char found[FINGERPRINT_SIZE];
    key_fingerprint(kind, key_out, found);
    if (strcmp(found, expected) != 0) {
        return error_set(error, "%s: wrong key: its fingerprint is %s, org \"%s\" was set up with %s", path,
                         found, record->org.id, expected);
    }
    return true;
}
