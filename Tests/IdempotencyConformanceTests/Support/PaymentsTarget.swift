import IdempotencyConformance

extension PaymentsServer {
    /// All that there is to try at it.
    var target: IdempotencyTarget {
        let body = #"{"amount":100,"reference":"{reference}"}"#
        var target = IdempotencyTarget(baseURL: url, operation: .post("/payments", body))
        target.otherBody = #"{"amount":700,"reference":"{reference}"}"#
        target.otherEndpoint = .post("/refunds", body)
        target.invalid = .post("/payments", #"{"amount":-1,"reference":"{reference}"}"#)
        target.refused = RefusedRequest(
            .post("/payments", #"{"amount":402,"reference":"{reference}"}"#),
            remedy: [IdempotencyStep(.post("/_test/approve", body))])
        target.effects = .answer(.get("/payments"), at: ["data"])
        target.otherAccount = [("X-Account", "b")]
        target.compensation = [IdempotencyStep(.post("/payments/void", body))]
        target.lockSeconds = PaymentsCore.lockSeconds
        target.advanceClock = { [self] in advance($0) }
        target.faults = faults
        target.downstream = Downstream(
            calls: { [self] in calls.map { .init(method: "POST", path: "/charges", key: $0.key) } },
            fail: { [self] fault in
                switch fault {
                case .unavailable: arm(.providerUnavailable)
                case .replyLost: arm(.providerReplyLost)
                case .rejected: arm(.providerRejects)
                }
            })
        target.rounds = 2
        target.client = { key in
            guard !key.isEmpty else { throw EmptyKey() }
        }
        return target
    }

    private var faults: IdempotencyFaults {
        var faults = IdempotencyFaults()
        faults.slow = { [self] in arm(.slow) }
        faults.serverError = { [self] in arm(.serverError) }
        faults.diesHoldingKey = { [self] in arm(.diesHoldingKey) }
        faults.crashes = [("after the charge", { [self] in arm(.crashAfterCharge) })]
        faults.serializationFailure = { [self] in arm(.serialization) }
        faults.internalError = { [self] in arm(.internalError) }
        return faults
    }
}

/// What a careful client says of an empty key.
struct EmptyKey: Error {}
