/* A share folder of a test's own: that of the tree, but for the profiles of gateways, which the test writes. */
#ifndef TESTS_FLOW_SHARE_FIXTURE_H
#define TESTS_FLOW_SHARE_FIXTURE_H

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "desk_fixture.h"

#define SHARE_TREE TEST_SOURCE_DIR "/config"

/* Makes <desk>/share; its gateways/ is empty. */
static inline void share_make(void)
{
    struct error error = {""};
    assert_true(file_make_folder(desk_path(&desk, "share/gateways"), &error));
    DIR *entries = opendir(SHARE_TREE);
    assert_non_null(entries);
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        char from[sizeof SHARE_TREE + 300], to[300];
        snprintf(from, sizeof from, "%s/%s", SHARE_TREE, entry->d_name);
        snprintf(to, sizeof to, "share/%s", entry->d_name);
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "gateways") != 0)
            (void)symlink(from, desk_path(&desk, to)); /* it may be there from a test before */
    }
    closedir(entries);
}

static inline void share_put_profile(const char *name, const char *json)
{
    struct error error = {""};
    char path[128];
    snprintf(path, sizeof path, "share/gateways/%s.json", name);
    assert_true(file_replace(desk_path(&desk, path), json, strlen(json), 0600, &error));
}

/* Settings of a collector at the desk with that share folder; `more` follows. */
static inline void share_put_settings(const char *more)
{
    struct error error = {""};
    struct text settings = {0};
    text_addf(&settings,
              "[pulssi]\ndata_folder = %s/data\nshare_folder = %s/share\n[clock]\nfile = %s/clock\n"
              "[redis]\naddress = %s\ndeadline_ms = 3000\n%s",
              desk.folder, desk.folder, desk.folder, redis_server_address(desk.world.server), more);
    assert_true(file_replace(desk_path(&desk, "pulssi.conf"), settings.chars, settings.bytes, 0600, &error));
    text_free(&settings);
}

#endif
