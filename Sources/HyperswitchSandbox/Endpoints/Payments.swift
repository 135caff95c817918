import ExactJSON

extension SandboxState {
    func payment(_ id: String) throws(SandboxRefusal) -> SandboxPayment {
        guard let payment = payments[id] else { throw .noPayment }
        return payment
    }

    /// `POST /payments`
    mutating func createPayment(_ body: SandboxBody) throws(SandboxRefusal) -> JSON {
        let confirms = try body.bool("confirm") ?? false
        var payment = try paymentToMake(body)
        if confirms && payment.card == nil { throw .missing("payment_method_data") }
        if payments[payment.id] != nil { throw .duplicatePayment(payment.id) }
        if payment.id.isEmpty { payment.id = newID("pay") }
        if confirms { authorize(&payment) }
        keep(payment, before: nil)
        return paymentJSON(payment)
    }

    private func paymentToMake(_ body: SandboxBody) throws(SandboxRefusal) -> SandboxPayment {
        var payment = SandboxPayment()
        (payment.amount, payment.currency) = try body.amountAndCurrency()
        payment.id = try body.merchantID("payment_id") ?? ""
        payment.captureMethod = try body.oneOf("capture_method", CaptureMethod.self) ?? .automatic
        let toCapture = try body.integer("amount_to_capture")
        if let toCapture, toCapture != payment.amount, payment.captureMethod.isAutomatic {
            throw .precondition("amount_to_capture must be equal to total_amount when capture_method = automatic")
        }
        payment.isThreeDS = try body.oneOf("authentication_type", AuthenticationType.self) == .threeDS
        payment.card = try card(in: body)
        payment.status = payment.card == nil ? .requiresPaymentMethod : .requiresConfirmation
        payment.customerID = try body.customerID()
        payment.description = try body.string("description")
        payment.returnURL = try body.string("return_url")
        payment.orderReference = try body.string("merchant_order_reference_id")
        payment.metadata = try body.text("metadata")
        let sessionSeconds = try body.integer("session_expiry") ?? 900
        guard (1...31_536_000).contains(sessionSeconds) else {
            throw .badFormat("session_expiry", expected: "1 to 31536000 seconds")
        }
        (payment.createdAt, payment.modifiedAt) = (now, now)
        payment.expiresOn = now.advanced(bySeconds: sessionSeconds)
        return payment
    }

    private func card(in body: SandboxBody) throws(SandboxRefusal) -> TestCard? {
        guard let data = try body.object("payment_method_data") else { return nil }
        guard let card = try data.object("card") else { return .unsupported }
        guard let number = try card.string("card_number") else { throw .missing("card_number") }
        return TestCard(number: number)
    }

    /// `POST /payments/{id}/confirm`
    mutating func confirmPayment(_ id: String, _ body: SandboxBody) throws(SandboxRefusal) -> JSON {
        let before = try payment(id)
        let isRetry = before.status == .failed && settings.allowsManualRetry
        guard before.status.mayBeConfirmed || isRetry else { throw .cannot("confirm", before.status.rawValue) }
        if let secret = try body.string("client_secret"), secret != before.clientSecret {
            throw SandboxRefusal(
                status: 400, type: "invalid_request", code: "IR_09",
                message: "The client_secret provided does not match the client_secret associated with the Payment")
        }
        var payment = before
        payment.card = try card(in: body) ?? before.card
        guard payment.card != nil else { throw .missing("payment_method_data") }
        if isRetry { payment.attempts += 1 }
        authorize(&payment)
        return paymentJSON(changed(payment, from: before))
    }

    /// Asks the customer's bank, or the customer first.
    func authorize(_ payment: inout SandboxPayment) {
        let asksCustomer = payment.isThreeDS || payment.card == .challenged
        if asksCustomer && payment.card?.refusal == nil {
            payment.status = .requiresCustomerAction
        } else {
            decide(&payment)
        }
    }

    /// What the bank says.
    func decide(_ payment: inout SandboxPayment) {
        payment.connectorTransactionID = "\(payment.id)_\(payment.attempts)"
        (payment.errorCode, payment.errorMessage) = (nil, nil)
        if let refusal = payment.card?.refusal {
            payment.status = .failed
            (payment.errorCode, payment.errorMessage) = refusal
        } else if payment.captureMethod.isAutomatic {
            payment.status = .succeeded
            payment.captured = payment.amount
        } else {
            payment.status = .requiresCapture
            payment.capturable = payment.amount
            payment.captureBefore = now.advanced(bySeconds: Self.authorizationLifetimeSeconds)
        }
    }

    /// How long a hold lasts: 7 days, which is usual for cards. The provider names the field `capture_before` and leaves
    /// its value to the connector.
    static let authorizationLifetimeSeconds: Int64 = 7 * 86_400

    /// `POST /payments/{id}/cancel`
    mutating func cancelPayment(_ id: String, _ body: SandboxBody) throws(SandboxRefusal) -> JSON {
        let before = try payment(id)
        guard before.status.mayBeCancelled(settings.cancelRules) else {
            throw .cannot("cancel", before.status.rawValue)
        }
        var payment = before
        payment.status = .cancelled
        payment.capturable = 0
        payment.cancellationReason = try body.string("cancellation_reason")
        return paymentJSON(changed(payment, from: before))
    }

    /// `POST /payments/{id}/cancel_post_capture`
    mutating func cancelPaymentPostCapture(_ id: String, _ body: SandboxBody) throws(SandboxRefusal) -> JSON {
        let before = try payment(id)
        guard before.status.mayBeRefunded else { throw .cannot("cancel_post_capture", before.status.rawValue) }
        guard notFailed(refundsOf: id) == 0 else {
            throw .precondition("You cannot cancel_post_capture this payment because it has refunds")
        }
        var payment = before
        payment.status = .cancelledPostCapture
        payment.cancellationReason = try body.string("cancellation_reason")
        return paymentJSON(changed(payment, from: before))
    }

    /// Keeps a payment that was changed.
    @discardableResult
    mutating func changed(_ payment: SandboxPayment, from before: SandboxPayment) -> SandboxPayment {
        var payment = payment
        payment.modifiedAt = timeOfChange(after: before.modifiedAt)
        keep(payment, before: before)
        return payment
    }

    private mutating func keep(_ payment: SandboxPayment, before: SandboxPayment?) {
        payments.put(payment)
        if payment.status != before?.status, let type = payment.status.eventType {
            emit(type, .payment, payment.id, paymentJSON(payment), at: payment.modifiedAt)
        }
    }
}

/// Whether the customer's bank is to ask the customer.
private enum AuthenticationType: String, CaseIterable {
    case threeDS = "three_ds"
    case noThreeDS = "no_three_ds"
}
