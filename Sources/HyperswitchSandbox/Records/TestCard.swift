/// What a test card does (fact sheet, §6). The number itself is not kept.
public enum TestCard: String, CaseIterable, Hashable, Sendable, SandboxCell {
    case ok, declined, insufficient, lost, stolen
    /// The customer has to agree at the bank first.
    case challenged
    /// Not one of the test cards.
    case unsupported

    /// What the number stands for; blanks and dashes do not count.
    init(number: String) {
        let digits = number.filter { $0 != " " && $0 != "-" }
        self = Self.byNumber[digits] ?? .unsupported
    }

    private static let byNumber: [String: TestCard] = [
        "4111111111111111": .ok, "4242424242424242": .ok, "5555555555554444": .ok, "38000000000006": .ok,
        "378282246310005": .ok, "6011111111111117": .ok,
        "5105105105105100": .declined, "4000000000000002": .declined,
        "4000000000009995": .insufficient, "4000000000009987": .lost, "4000000000009979": .stolen,
        "4000003800000446": .challenged,
    ]

    /// Why the connector refuses it: a code and a sentence.
    var refusal: (code: String, message: String)? {
        switch self {
        case .ok, .challenged: nil
        case .declined: ("DC_08", "Card declined")
        case .insufficient: ("DC_08", "Insufficient funds")
        case .lost: ("DC_08", "Card lost")
        case .stolen: ("DC_08", "Card stolen")
        case .unsupported: ("DC_04", "Card not supported. Please use test cards")
        }
    }
}
