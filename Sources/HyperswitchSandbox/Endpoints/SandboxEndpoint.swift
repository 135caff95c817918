/// What a request asks for, by its method and path (fact sheet, §1).
enum SandboxEndpoint: Hashable, Sendable {
    case createPayment
    case retrievePayment(String)
    case confirmPayment(String)
    case capturePayment(String)
    case cancelPayment(String)
    case cancelPaymentPostCapture(String)
    case createRefund
    case retrieveRefund(String)
    case listRefunds
    case createPayout
    case retrievePayout(String)
    case confirmPayout(String)
    case retrieveDispute(String)
    case listDisputes

    init(method: String, path: String) throws(SandboxRefusal) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        let known = Self.known(parts)
        if known.isEmpty { throw .unknownURL }
        guard let endpoint = known[method] else { throw .wrongMethod }
        self = endpoint
    }

    /// The endpoints at a path, by method.
    private static func known(_ parts: [String]) -> [String: SandboxEndpoint] {
        switch (parts.count, parts.first ?? "", parts.last ?? "") {
        case (1, "payments", _): ["POST": .createPayment]
        case (2, "payments", let id): ["GET": .retrievePayment(id)]
        case (3, "payments", "confirm"): ["POST": .confirmPayment(parts[1])]
        case (3, "payments", "capture"): ["POST": .capturePayment(parts[1])]
        case (3, "payments", "cancel"): ["POST": .cancelPayment(parts[1])]
        case (3, "payments", "cancel_post_capture"): ["POST": .cancelPaymentPostCapture(parts[1])]
        case (1, "refunds", _): ["POST": .createRefund]
        case (2, "refunds", "list"): ["POST": .listRefunds]
        case (2, "refunds", let id): ["GET": .retrieveRefund(id)]
        case (2, "payouts", "create"): ["POST": .createPayout]
        case (2, "payouts", let id): ["GET": .retrievePayout(id)]
        case (3, "payouts", "confirm"): ["POST": .confirmPayout(parts[1])]
        case (2, "disputes", "list"): ["GET": .listDisputes]
        case (2, "disputes", let id): ["GET": .retrieveDispute(id)]
        default: [:]
        }
    }

    /// How the fault plan calls it.
    var call: SandboxFault.Call {
        switch self {
        case .createPayment, .confirmPayment: .authorize
        case .capturePayment: .capture
        case .cancelPayment, .cancelPaymentPostCapture: .cancel
        case .createRefund: .refund
        case .createPayout, .confirmPayout: .payout
        case .retrievePayment, .retrieveRefund, .listRefunds, .retrievePayout, .retrieveDispute, .listDisputes:
            .retrieve
        }
    }
}
