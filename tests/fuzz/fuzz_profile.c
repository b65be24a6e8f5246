/* A gateway profile: refused with the path named, or sound enough to write a request and read any answer. */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "gateway/submit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct gateway_settings gateway = {.name = "fuzz",
                                              .url = "http://127.0.0.1:1",
                                              .user = "us\"er",
                                              .secret = "se\ncret",
                                              .public_url = "https://pulssi.example",
                                              .webhook_token = "0123456789abcdef"};
    static const struct submit_fields fields = {.id = "abcdefghijkl",
                                                .sender = "16123",
                                                .to = "+358401234567",
                                                .text = "Hyvää \"päivää\" & {text}\n",
                                                .encoding = "gsm7",
                                                .segments = 1,
                                                .validity_hours = 24};
    struct error error = {""};
    struct profile *profile = profile_parse((const char *)data, size, &error);
    if (profile == NULL) {
        assert(error.text[0] != '\0');
        return 0;
    }
    struct submit_request request = {0};
    struct submit_reading reading;
    static const char *const bodies[] = {"", "{}", "[]", "0: Accepted",
                                         "{\"messages\":[{\"status\":\"0\"}]}"};
    submit_request_write(profile, &gateway, &fields, 1, &request);
    assert(request.url.chars != NULL);
    for (size_t i = 0; request.headers[i] != NULL; i++)
        assert(strpbrk(request.headers[i], "\r\n") == NULL);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        static const int statuses[] = {200, 202, 204, 301, 400, 401, 403, 429, 500, 503};
        for (size_t k = 0; k < sizeof statuses / sizeof statuses[0]; k++) {
            struct http_answer answer = {.fate = HTTP_ANSWERED,
                                         .status = statuses[k],
                                         .body = bodies[i],
                                         .body_bytes = strlen(bodies[i]),
                                         .retry_after = "",
                                         .problem = ""};
            submit_answer_read(profile, &answer, 0, &fields, 1, &reading);
            assert(submit_outcome_name(reading.outcome) != NULL);
        }
    }
    submit_request_free(&request);
    profile_free(&profile);
    return 0;
}
