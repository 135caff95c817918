import ExactJSON

/// A request that is refused: an entry of the provider's catalogue of errors (fact sheet, §§0 and 5).
struct SandboxRefusal: Error, Hashable, Sendable {
    let status: Int
    let type: String
    let code: String
    let message: String
    var reason: String?
    /// Whether it is the other shape, with `error_type`, which a body that cannot be read gets.
    var isDeserialisation = false
    /// Whether the request was never begun, so that a provider that replays answers does not keep this one.
    var isValidation = false

    private static func invalid(_ status: Int, _ code: String, _ message: String) -> SandboxRefusal {
        SandboxRefusal(status: status, type: "invalid_request", code: code, message: message)
    }

    private static func invalidInput(_ status: Int, _ code: String, _ message: String) -> SandboxRefusal {
        var refusal = invalid(status, code, message)
        refusal.isValidation = true
        return refusal
    }

    var reply: SandboxReply {
        var members: [JSON.Member] = [
            .init(isDeserialisation ? "error_type" : "type", .string(type)),
            .init("message", .string(message)), .init("code", .string(code)),
        ]
        if let reason { members.append(.init("reason", .string(reason))) }
        return SandboxReply(status, ["error": .object(members)])
    }

    // MARK: The request

    static let unauthorized = invalidInput(401, "IR_01", "API key not provided or invalid API key used")
    static let unknownURL = invalidInput(404, "IR_02", "Unrecognized request URL")
    static let wrongMethod = invalidInput(405, "IR_03", "The HTTP method is not applicable for this API")

    static func missing(_ field: String) -> SandboxRefusal {
        invalidInput(400, "IR_04", "Missing required param: \(field)")
    }

    static func badFormat(_ field: String, expected: String) -> SandboxRefusal {
        invalidInput(422, "IR_05", "\(field) contains invalid data. Expected format is \(expected)")
    }

    static func badData(_ message: String) -> SandboxRefusal { invalidInput(422, "IR_06", message) }

    static func notDeserialised(_ reason: String) -> SandboxRefusal {
        var refusal = invalidInput(400, "IR_06", "Json deserialize error: \(reason)")
        refusal.isDeserialisation = true
        return refusal
    }

    // MARK: The objects

    static let noPayment = invalid(404, "HE_02", "Payment does not exist in our records")
    static let noRefund = invalid(404, "HE_02", "Refund does not exist in our records")
    static let noPayout = invalid(404, "HE_02", "Payout does not exist in our records")
    static let noDispute = invalid(404, "HE_04", "Dispute does not exist in our records")
    static let noSuccessfulPayment = invalid(404, "HE_04", "Successful payment not found for the given payment id")
    static let duplicateRefund = invalid(
        400, "HE_01", "Duplicate refund request. Refund already attempted with the refund ID")

    static func duplicatePayment(_ id: String) -> SandboxRefusal {
        var refusal = invalid(
            400, "HE_01", "The payment with the specified payment_id already exists in our records")
        refusal.reason = "\(id) already exists"
        return refusal
    }

    static func duplicatePayout(_ id: String) -> SandboxRefusal {
        invalid(400, "HE_01", "The payout with the specified payout_id '\(id)' already exists in our records")
    }

    // MARK: What they allow

    static let tooManyRefunds = invalid(400, "IR_12", "Reached maximum refund attempts")
    static let refundExceedsCaptured = invalid(400, "IR_13", "The refund amount exceeds the amount captured")

    static func unexpected(_ flow: String, _ field: String, _ value: String, expected: String) -> SandboxRefusal {
        invalid(
            400, "IR_14",
            "This Payment could not be \(flow) because it has a \(field) of \(value). The expected state is \(expected)"
        )
    }

    static func precondition(_ message: String) -> SandboxRefusal { invalid(400, "IR_16", message) }

    static func cannot(_ action: String, _ status: String) -> SandboxRefusal {
        precondition("You cannot \(action) this payment because it has status \(status)")
    }

    // MARK: Faults

    /// An answer that a fault calls for: the router's own failure, or one that it passes on from the connector.
    static func injected(_ status: Int) -> SandboxRefusal {
        if status == 500 {
            return SandboxRefusal(status: 500, type: "api", code: "HE_00", message: "Something went wrong")
        }
        let type = status == 200 ? "blocked" : "connector"
        return SandboxRefusal(status: status, type: type, code: "CE_00", message: "\(status): injected by a fault")
    }
}
