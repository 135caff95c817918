extension IdempotencyProfile {
    /// All that are built in.
    public static let all: [IdempotencyProfile] = [.stripe, .ietf, .adyen, .checkout, .router]

    /// Stripe's API v1 (docs.stripe.com, “Idempotent requests”): every answer after execution began is replayed, marked.
    public static let stripe: IdempotencyProfile = {
        let docs = "Stripe API v1, Idempotent requests"
        var profile = IdempotencyProfile(
            name: "stripe", summary: "Stripe's API v1: the first answer is kept for a day, errors included.",
            expectations: common)
        (profile.longestKey, profile.lifeSeconds) = (255, 86_400)
        profile.replayMark = Mark("Idempotent-Replayed", "true")
        return profile.expecting([
            1: .init(.notApplicable("keys are optional at Stripe"), docs),
            3: .init(.accepted, docs + ": a V4 UUID"),
            4: .init(.refused, docs + ": 255 characters"),
            6: .init(.replayed, docs),
            7: .init(.holds, "Stripe, Error handling: Idempotent-Replayed"),
            8: .init(.holds, "Stripe, Error handling: Idempotent-Replayed"),
            9: .init(.refused, docs + ": other parameters"),
            10: .init(.refused, "Stripe, Errors: idempotency_error"),
            11: .init(.refused(409), "Stripe, HTTP status codes: 409"),
            13: .init(.replayed, docs + ": succeeds or fails"),
            14: .init(.replayed, docs + ": 500 included"),
            15: .init(.accepted, docs + ": failed validation"),
            16: .init(.replayed, docs + ": concurrent requests"),
            25: .init(.executed, docs + ": pruned after 24 hours"),
            27: .init(.holds, docs + ": GET and DELETE"),
        ])
    }()

    /// draft-ietf-httpapi-idempotency-key-header, versions 06 and 07: the header is a structured-field string.
    public static let ietf: IdempotencyProfile = {
        let draft = "IETF idempotency-key draft 07"
        var profile = IdempotencyProfile(
            name: "ietf", summary: "The Idempotency-Key header field, an Internet-Draft of the HTTPAPI working group.",
            expectations: common)
        profile.spelling = .string
        let left = "the draft leaves it to the API"
        return profile.expecting([
            1: .init(.refused(400), draft + " §2.7"),
            3: .init(.accepted, draft + " §2.1, RFC 8941 §3.3.3"),
            4: .init(.notApplicable("the draft names no length; with `key: {longest: …}` it is checked"), draft),
            5: .init(.refused, draft + " §2.1, RFC 8941 §4.2"),
            6: .init(.replayed, draft + " §2.6"),
            7: .init(.notApplicable("the draft has no mark"), draft),
            8: .init(.notApplicable("the draft has no mark"), draft),
            9: .init(.refused(422), draft + " §2.7"),
            10: .init(.refused, "the catalogue: another request"),
            11: .init(.refused(409), draft + " §2.7"),
            13: .init(.replayed, draft + " §2.6: success or an error"),
            14: .init(.notApplicable(left), draft + " §2.7: other errors"),
            16: .init(.replayed, draft + " §2.6"),
            25: .init(.executed, draft + " §2.3; how long is the API's choice"),
            26: .init(.holds, draft + ": security considerations"),
        ])
    }()

    /// Adyen (docs.adyen.com, “API idempotency”): 64 characters, a company account's own, at least a week.
    public static let adyen: IdempotencyProfile = {
        let docs = "Adyen, API idempotency"
        var profile = IdempotencyProfile(
            name: "adyen", summary: "Adyen's API: keys of 64 characters that belong to a company account.",
            expectations: common)
        profile.longestKey = 64
        return profile.expecting([
            1: .init(.notApplicable("keys are optional at Adyen"), docs),
            3: .init(.accepted, docs + ": a UUID"),
            4: .init(.refused, docs + ": 64 characters"),
            6: .init(.replayed, docs),
            7: .init(.notApplicable("an answer has the key itself, first or not"), docs),
            8: .init(.notApplicable("an answer has the key itself, first or not"), docs),
            11: .init(.refused, docs + ": error handling"),
            13: .init(.notApplicable("it depends on the header Transient-Error"), docs),
            14: .init(.notApplicable("it depends on the header Transient-Error"), docs),
            25: .init(.notApplicable("keys are kept for a minimum, and may be kept longer"), docs),
            26: .init(.holds, docs + ": company account"),
            27: .init(.holds, docs + ": POST only"),
        ])
    }()

    /// Checkout.com (docs, “Retry a payment”): only 2xx is kept; requests at once get 429.
    public static let checkout: IdempotencyProfile = {
        let docs = "Checkout.com, Idempotency"
        var profile = IdempotencyProfile(
            name: "checkout", summary: "Checkout.com's API: only what succeeded is kept, for a day.",
            expectations: common)
        (profile.keyHeader, profile.lifeSeconds) = ("Cko-Idempotency-Key", 86_400)
        let silent = "the documentation says nothing of it"
        return profile.expecting([
            1: .init(.notApplicable("keys are optional at Checkout.com"), docs),
            3: .init(.accepted, docs + ": a V4 UUID"),
            4: .init(.notApplicable(silent), docs),
            6: .init(.replayed, docs),
            7: .init(.notApplicable("there is no mark"), docs),
            8: .init(.notApplicable("there is no mark"), docs),
            9: .init(.notApplicable(silent), docs),
            10: .init(.notApplicable(silent), docs),
            11: .init(.refused(429), docs + ": concurrent requests"),
            13: .init(.executed, docs + ": 4xx is not saved"),
            14: .init(.executed, docs + ": 5xx is not saved"),
            15: .init(.accepted, docs + ": validation error"),
            16: .init(.replayed, docs + ": concurrent requests"),
            25: .init(.executed, docs + ": 24 hours"),
        ])
    }()

    /// Hyperswitch's router: it never reads the header, and knows a payment by the merchant's own id
    /// (`docs/idempotency.md`).
    public static let router: IdempotencyProfile = {
        let code = "Hyperswitch router, by its code"
        let ignored = "the router never reads the header"
        var profile = IdempotencyProfile(
            name: "router",
            summary: "Hyperswitch's router: no key is read, the merchant's payment_id or refund_id is unique.",
            expectations: common)
        profile.replayMark = nil
        return profile.expecting([
            1: .init(.accepted, code),
            3: .init(.accepted, code),
            4: .init(.notApplicable(ignored), code),
            5: .init(.notApplicable(ignored), code),
            6: .init(.refused(400), code + ": HE_01"),
            7: .init(.notApplicable("nothing is replayed"), code),
            8: .init(.notApplicable("nothing is replayed"), code),
            9: .init(.refused(400), code + ": HE_01"),
            10: .init(.notApplicable("payment_id and refund_id are different names"), code),
            11: .init(.refused(400...422), code + ": HE_01, or HE_00 while locked"),
            13: .init(.notApplicable("nothing is replayed"), code),
            14: .init(.notApplicable("nothing is replayed"), code),
            15: .init(.accepted, code),
            16: .init(.refused(400), code + ": HE_01"),
            24: .init(.notApplicable(ignored), code),
            25: .init(.notApplicable("an id is known for as long as its payment"), code),
            26: .init(.executed, code + ": unique per merchant"),
            28: .init(.refused(400), code + ": HE_01"),
        ])
    }()

    /// What holds wherever a profile says nothing else: rules of engineering that no provider has to write down.
    private static let common: [Int: Expectation] = [
        1: .init(.refused(400), "IETF idempotency-key draft 07 §2.7"),
        2: .init(.holds, "the catalogue: an empty key protects nothing"),
        3: .init(.accepted, "IETF idempotency-key draft 07 §2.1"),
        4: .init(.refused, "Stripe 255, Adyen 64"),
        5: .init(.refused, "the catalogue: which of two keys counts"),
        6: .init(.replayed, "all"),
        7: .init(.holds, "Stripe"),
        8: .init(.holds, "Formance"),
        9: .init(.refused, "IETF idempotency-key draft 07 §2.7"),
        10: .init(.refused, "Stripe"),
        11: .init(.refused(409), "IETF idempotency-key draft 07 §2.7"),
        12: .init(.holds, "the catalogue: one effect"),
        13: .init(.replayed, "Stripe"),
        14: .init(.replayed, "Stripe"),
        15: .init(.accepted, "Stripe"),
        16: .init(.replayed, "Stripe"),
        17: .init(.holds, "rocket-rides, atomic phases"),
        18: .init(.holds, "rocket-rides, atomic phases"),
        19: .init(.holds, "rocket-rides, atomic phases"),
        20: .init(.holds, "rocket-rides, atomic phases"),
        21: .init(.holds, "the catalogue: retries are told apart by nothing"),
        22: .init(.holds, "medusajs/medusa 16292"),
        23: .init(.holds, "medusajs/medusa 16390"),
        24: .init(.holds, "the catalogue: headers of a hop are no request"),
        25: .init(.executed, "Stripe"),
        26: .init(.holds, "Adyen, company account"),
        27: .init(.holds, "Stripe"),
        28: .init(.holds, "the catalogue: a key is spent by its effect"),
    ]

    private func expecting(_ others: [Int: Expectation]) -> IdempotencyProfile {
        var profile = self
        profile.expectations.merge(others) { $1 }
        return profile
    }
}
