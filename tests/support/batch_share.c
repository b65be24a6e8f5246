#include "support/batch_share.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"

static const char profile[] =
    "{\"kind\":\"simulator\",\"region\":\"local\",\"dedupes\":%s,\"request\":{\"method\":\"POST\",\"url\":\"{"
    "url}/send\","
    "\"headers\":{\"Content-Type\":\"application/json\",\"Authorization\":\"Bearer {secret}\"},"
    "\"json\":{\"messages\":[{\"id\":\"{id}\",\"from\":\"{sender}\",\"to\":\"{to}\",\"text\":\"{text}\","
    "\"encoding\":\"{encoding}\",\"segments\":\"{segments}\"}]},\"batch\":{\"max\":%d,\"array\":\"messages\"}"
    "},"
    "\"accepted\":{\"status\":[200],\"id\":\"messages[].id\",\"each\":\"message\",\"ref\":\"messages[].ref\","
    "\"field\":\"messages[].status\",\"value\":\"202\"},\"outcomes\":["
    "{\"status\":200,\"field\":\"messages[].status\",\"value\":\"422\",\"outcome\":\"invalid_number\"},"
    "{\"status\":200,\"field\":\"messages[].status\",\"value\":\"400\",\"outcome\":\"permanent\"},"
    "{\"status\":200,\"field\":\"messages[].status\",\"value\":\"403\",\"outcome\":\"opted_out\"},"
    "{\"status\":200,\"field\":\"messages[].status\",\"value\":\"401\",\"outcome\":\"lane_stop\"},"
    "{\"status\":200,\"field\":\"messages[].status\",\"value\":\"429\",\"outcome\":\"throttled\"},"
    "{\"status\":200,\"field\":\"messages[].status\",\"value\":\"503\",\"outcome\":\"retry\"},"
    "{\"status\":400,\"outcome\":\"permanent\"},{\"status\":401,\"outcome\":\"lane_stop\"},"
    "{\"status\":503,\"outcome\":\"retry\"},{\"status\":500,\"status_to\":599,\"outcome\":\"unknown\"}],"
    "\"receipt\":{\"format\":\"json\",\"ref\":\"ref\",\"state\":\"state\",\"states\":{\"delivered\":"
    "\"delivered\"}},"
    "\"reply\":{\"format\":\"json\",\"id\":\"id\",\"from\":\"from\",\"to\":\"to\",\"text\":\"text\","
    "\"number_form\":\"e164\"}}";

static void path_of(const struct batch_share *share, const char *name, char out[128])
{
    snprintf(out, 128, "%s/%s", share->folder, name);
}

void batch_share_make(struct batch_share *share, int batch_max, bool dedupes)
{
    struct error error = {""};
    struct text text = {0};
    char path[128];
    snprintf(share->folder, sizeof share->folder, "/tmp/pulssi-share-XXXXXX");
    assert_non_null(mkdtemp(share->folder));
    path_of(share, "messages", path);
    assert_int_equal(symlink(PULSSI_SHARE_DIR "/messages", path), 0);
    path_of(share, "gateways", path);
    assert_true(file_make_folder(path, &error));
    path_of(share, "gateways/batch.json", path);
    text_addf(&text, profile, dedupes ? "true" : "false", batch_max);
    assert_true(file_replace(path, text.chars, text.bytes, 0644, &error));
    text_free(&text);
}

void batch_share_remove(struct batch_share *share)
{
    static const char *const names[] = {"gateways/batch.json", "messages"};
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        path_of(share, names[i], path);
        assert_int_equal(unlink(path), 0);
    }
    path_of(share, "gateways", path);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(share->folder), 0);
}
