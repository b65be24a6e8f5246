/* A text as it travels: preparing twice changes nothing, and the count agrees with one that cuts part by part. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "domain/sms_text.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *utf8 = fuzz_text(data, size);
    struct text once = {0}, twice = {0};
    text_add(&once, "");
    text_add(&twice, "");
    sms_prepare(utf8, &once);
    sms_prepare(once.chars, &twice);
    assert(strcmp(once.chars, twice.chars) == 0);

    struct sms_measure measure;
    sms_measure(once.chars, &measure);
    size_t alone = measure.encoding == SMS_GSM7 ? 160 : 70, part = measure.encoding == SMS_GSM7 ? 153 : 67;
    assert((measure.encoding == SMS_GSM7) == (measure.forced_by[0] == '\0'));
    if (measure.units <= alone)
        assert(measure.segments == 1);
    else
        assert(measure.segments >= (measure.units + part - 1) / part &&
               measure.segments <= (measure.units + part - 2) / (part - 1));
    text_free(&once);
    text_free(&twice);
    free(utf8);
    return 0;
}
