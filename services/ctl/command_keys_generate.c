/* pulssi keys generate: makes an organisation's keys, once.
 *
 *   five files in a new folder → synced → folder renamed into place → fingerprints into the org record
 *
 * Promises: key files are never overwritten; a kill at any point leaves either no folder or a complete one,
 * and running it again completes the record. */
#include "ctl/ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "store/keyring.h"

enum found { FOUND_ALL, FOUND_NONE, FOUND_SOME };

static enum found look_for_files(const char *folder, char missing_out[64]);
static bool make_files(const char *folder, struct error *error);
static bool read_fingerprints(const char *folder, struct org_record *record_out, struct error *error);
static bool keys_in_place(struct ctl *ctl, struct org_record *found_out, bool *made_out, struct error *error);

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct org_record *found = memory_zeroed(1, sizeof *found);
    bool made = false;
    enum put_result result = PUT_FAILED;
    if (ctl_org(ctl, &error) && keys_in_place(ctl, found, &made, &error)) {
        result = org_store(ctl->link, found->org.id, "", found->fingerprint_hash, found->fingerprint_sealing,
                           found->fingerprint_reader, &error);
        if (result == PUT_REFUSED)
            (void)error_set(&error, "org \"%s\" has other keys in force", found->org.id);
    }
    int status = EXIT_SUCCESS;
    if (result == PUT_FAILED || result == PUT_REFUSED) {
        status = ctl_fail(&error);
    } else {
        char folder[320];
        bool changed = made || result == PUT_WRITTEN;
        keyring_folder(&ctl->settings, found->org.id, folder);
        if (ctl->json)
            printf("{\"org\":\"%s\",\"result\":\"%s\",\"fingerprints\":{\"hash\":\"%s\",\"sealing\":\"%s\","
                   "\"reader\":\"%s\"}}\n",
                   found->org.id, changed ? "written" : "unchanged", found->fingerprint_hash,
                   found->fingerprint_sealing, found->fingerprint_reader);
        else if (changed)
            printf("keys of %s are in %s\n"
                   "Keep a copy in a safe place: without them every number must be imported again.\n",
                   found->org.id, folder);
        else
            printf("keys are in place (%s)\n", folder);
    }
    free(found);
    return status;
}

/* Makes the files if there are none and none are in force; found_out is the record with the files'
 * fingerprints. */
static bool keys_in_place(struct ctl *ctl, struct org_record *found_out, bool *made_out, struct error *error)
{
    char folder[320], missing[64];
    const struct org_record *record = &ctl->record;
    bool in_force = record->fingerprint_hash[0] != '\0' || record->fingerprint_sealing[0] != '\0' ||
                    record->fingerprint_reader[0] != '\0';
    keyring_folder(&ctl->settings, record->org.id, folder);
    enum found found = look_for_files(folder, missing);
    if (found == FOUND_SOME)
        return error_set(error, "%s/%s is missing: restore it from your copy", folder, missing);
    if (found == FOUND_NONE && in_force)
        return error_set(
            error, "org \"%s\" has keys (hash key %s), but they are not in %s: restore them from your copy",
            record->org.id, record->fingerprint_hash, folder);
    if (found == FOUND_NONE && !make_files(folder, error))
        return false;
    *made_out = found == FOUND_NONE;
    *found_out = *record;
    if (!in_force && !read_fingerprints(folder, found_out, error))
        return false;
    for (int kind = 0; kind < KEY_KINDS; kind++) {
        unsigned char key[KEY_BYTES];
        bool loaded = keyring_load(&ctl->settings, found_out, (enum key_kind)kind, key, error);
        explicit_bzero(key, sizeof key);
        if (!loaded)
            return false;
    }
    return true;
}

static enum found look_for_files(const char *folder, char missing_out[64])
{
    int there = 0;
    for (int kind = 0; kind < KEY_KINDS; kind++) {
        char path[400];
        snprintf(path, sizeof path, "%s/%s", folder, key_file_name((enum key_kind)kind));
        if (access(path, F_OK) == 0)
            there++;
        else
            snprintf(missing_out, 64, "%s", key_file_name((enum key_kind)kind));
    }
    return there == KEY_KINDS ? FOUND_ALL : there == 0 ? FOUND_NONE : FOUND_SOME;
}

/* All files at once: they are written into a folder of another name, which is then renamed. */
static bool make_files(const char *folder, struct error *error)
{
    char new_folder[400], parent[400], path[480];
    snprintf(parent, sizeof parent, "%.*s", (int)(strrchr(folder, '/') - folder), folder);
    snprintf(new_folder, sizeof new_folder, "%s.new-XXXXXX", folder);
    if (!file_make_folder(parent, error))
        return false;
    if (mkdtemp(new_folder) == NULL)
        return error_set(error, "%s: cannot make folder: %s", new_folder, strerror(errno));
    struct key_set set;
    bool written = true;
    keys_generate(&set);
    for (int kind = 0; written && kind < KEY_KINDS; kind++) {
        char line[96];
        key_encode((enum key_kind)kind, set.keys[kind], line);
        snprintf(path, sizeof path, "%s/%s", new_folder, key_file_name((enum key_kind)kind));
        written = file_replace(path, line, strlen(line), 0600, error);
        explicit_bzero(line, sizeof line);
    }
    explicit_bzero(&set, sizeof set);
    if (written && rename(new_folder, folder) != 0)
        written = error_set(error, "%s: cannot be put in place: %s", folder, strerror(errno));
    if (!written) {
        for (int kind = 0; kind < KEY_KINDS; kind++) {
            snprintf(path, sizeof path, "%s/%s", new_folder, key_file_name((enum key_kind)kind));
            (void)unlink(path);
        }
        (void)rmdir(new_folder);
        return false;
    }
    int descriptor = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0)
        (void)close(descriptor);
    return synced || error_set(error, "%s: cannot be synced to disk: %s", parent, strerror(errno));
}

/* Fingerprints of the public files; that the secrets belong to them is keyring_load's to check. */
static bool read_fingerprints(const char *folder, struct org_record *record_out, struct error *error)
{
    const struct {
        enum key_kind kind;
        char *fingerprint;
    } shown[] = {{KEY_HASH, record_out->fingerprint_hash},
                 {KEY_SEALING_PUBLIC, record_out->fingerprint_sealing},
                 {KEY_READER_PUBLIC, record_out->fingerprint_reader}};
    bool read = true;
    for (size_t i = 0; read && i < sizeof shown / sizeof shown[0]; i++) {
        char path[400];
        unsigned char key[KEY_BYTES];
        struct text content = {0};
        snprintf(path, sizeof path, "%s/%s", folder, key_file_name(shown[i].kind));
        read = file_read(path, 256, &content, error) && key_decode(shown[i].kind, content.chars, key, error);
        if (read)
            key_fingerprint(shown[i].kind, key, shown[i].fingerprint);
        else
            (void)error_prefix(error, "%s", path);
        explicit_bzero(key, sizeof key);
        text_free(&content);
    }
    return read;
}

const struct command command_keys_generate = {
    .name = "keys",
    .subcommand = "generate",
    .summary = "make an organisation's keys, once",
    .details =
        "Writes the hash key, the sealing pair and the reader pair into <data_folder>/keys/<org> (mode "
        "0600)\n"
        "and their fingerprints into the organisation's record, which every program compares at its start.\n"
        "Key files that exist are never overwritten.",
    .example = "pulssi keys generate --org varkaus",
    .run = run,
};
