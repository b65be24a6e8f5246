/* Reads a phone number as people typed it. The only file that knows libphonenumber; for import and look-ups
 * by an operator, never for webhooks (with a region a short code such as 16123 would become a "valid"
 * +35816123). */
extern "C" {
#include "domain/phone.h"
}

#include <cstring>
#include <string>

#include <phonenumbers/phonenumberutil.h>
#include <phonenumbers/shortnumberinfo.h>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;
using i18n::phonenumbers::ShortNumberInfo;

namespace
{

/* libphonenumber reads letters as keys of a keypad and skips words before a number; in a column of numbers
 * both are mistakes of the row. */
bool has_letter(const char *typed)
{
    for (const char *c = typed; *c != '\0'; c++)
        if ((*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z'))
            return true;
    return false;
}

phone_problem problem_of_parse(PhoneNumberUtil::ErrorType error)
{
    switch (error) {
    case PhoneNumberUtil::NO_PARSING_ERROR:
        return PHONE_OK;
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN:
    case PhoneNumberUtil::TOO_LONG_NSN:
        return PHONE_IMPOSSIBLE;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
    case PhoneNumberUtil::NOT_A_NUMBER:
        return PHONE_NOT_A_NUMBER;
    }
    return PHONE_NOT_A_NUMBER;
}

/* Whether a text to it can reach a person. An unknown type is accepted when possible: new mobile ranges come
 * into use before the metadata knows them. */
phone_problem problem_of_number(const PhoneNumber &number)
{
    const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
    const PhoneNumberUtil::PhoneNumberType type = util->GetNumberType(number);
    const bool possible = util->IsPossibleNumberWithReason(number) == PhoneNumberUtil::IS_POSSIBLE;

    if (possible && (type == PhoneNumberUtil::MOBILE || type == PhoneNumberUtil::FIXED_LINE_OR_MOBILE))
        return PHONE_OK;
    if (ShortNumberInfo().IsPossibleShortNumber(number))
        return PHONE_SHORT_CODE;
    if (!possible)
        return PHONE_IMPOSSIBLE;
    switch (type) {
    case PhoneNumberUtil::FIXED_LINE:
        return PHONE_FIXED_LINE;
    case PhoneNumberUtil::TOLL_FREE:
    case PhoneNumberUtil::PREMIUM_RATE:
    case PhoneNumberUtil::SHARED_COST:
    case PhoneNumberUtil::UAN:
    case PhoneNumberUtil::VOICEMAIL:
        return PHONE_SHORT_CODE;
    case PhoneNumberUtil::MOBILE:
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE:
    case PhoneNumberUtil::VOIP:
    case PhoneNumberUtil::PERSONAL_NUMBER:
    case PhoneNumberUtil::PAGER:
    case PhoneNumberUtil::UNKNOWN:
        return PHONE_OK;
    }
    return PHONE_OK;
}

} // namespace

extern "C" enum phone_problem phone_parse(const char *typed, const char *region, char e164_out[PHONE_SIZE])
{
    e164_out[0] = '\0';
    if (has_letter(typed))
        return PHONE_NOT_A_NUMBER;

    const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    phone_problem problem = problem_of_parse(util->Parse(typed, region, &number));
    if (problem == PHONE_OK)
        problem = problem_of_number(number);
    if (problem != PHONE_OK)
        return problem;

    std::string e164;
    util->Format(number, PhoneNumberUtil::E164, &e164);
    if (e164.size() >= PHONE_SIZE || !phone_is_e164(e164.c_str()))
        return PHONE_IMPOSSIBLE;
    std::memcpy(e164_out, e164.c_str(), e164.size() + 1);
    return PHONE_OK;
}
