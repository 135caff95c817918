import IdempotencyConformance

/// What a payments server does wrong, and nothing else. The number is that of the check that finds it.
enum Flaw: Int, CaseIterable, Sendable, CustomStringConvertible {
    case acceptsWithoutKey = 1
    case refusesOddSpelling = 3
    case acceptsAnyLength = 4
    case takesFirstOfTwoKeys = 5
    case replayHappensAgain = 6
    case replayIsNotMarked = 7
    case firstIsMarked = 8
    case ignoresBody = 9
    case ignoresEndpoint = 10
    case loserGets500 = 11
    case crowdBreaksIn = 12
    case keepsRefusalsWrongly = 13
    case keepsFailuresWrongly = 14
    case keepsInvalid = 15
    case keepsTheLoser = 16
    case neverUnlocks = 17
    case chargesAgainAfterCrash = 18
    case lockedBySerializationFailure = 19
    case lockedByInternalError = 20
    case newKeyWhenUnavailable = 21
    case newKeyWhenReplyLost = 22
    case rejectionSticks = 23
    case comparesHeaders = 24
    case neverForgets = 25
    case forgetsAccount = 26
    case keepsReadings = 27
    case compensationFreesKey = 28

    var description: String { "check \(rawValue)" }
}

/// The rules that a server follows.
enum ServerRules: String, CaseIterable, Sendable {
    case stripe, ietf, adyen, checkout, router

    var profile: IdempotencyProfile {
        switch self {
        case .stripe: .stripe
        case .ietf: .ietf
        case .adyen: .adyen
        case .checkout: .checkout
        case .router: .router
        }
    }
}
