/* A settings file: read whole or refused with the place named. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/settings.h"
#include "fuzz.h"

extern char **environ;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct settings settings;
    static char *nothing[] = {NULL};
    struct error error = {""};
    environ = nothing; /* what overrides a file is not in it */
    const char *path = fuzz_file(data, size);
    if (settings_load(&settings, path, &error)) {
        assert(settings.gateways_count <= SETTINGS_GATEWAYS_MAX);
        for (size_t i = 0; i < settings.gateways_count; i++)
            assert(settings_gateway(&settings, settings.gateways[i].name) == &settings.gateways[i]);
    } else {
        assert(error.text[0] != '\0');
    }
    return 0;
}
