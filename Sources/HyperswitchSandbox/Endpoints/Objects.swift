import ExactJSON

/// The objects as the API shows them (fact sheet, §1).
extension SandboxState {
    static let profileID = "pro_sandbox"
    static let connector = "rewind_sandbox"

    func paymentJSON(_ payment: SandboxPayment, query: [String: String] = [:]) -> JSON {
        var members: [(String, JSON)] = [
            ("payment_id", .string(payment.id)), ("merchant_id", .string(credentials.merchantID)),
            ("processor_merchant_id", .string(credentials.merchantID)), ("profile_id", .string(Self.profileID)),
            ("status", .string(payment.status.rawValue)), ("amount", .integer(payment.amount)),
            ("net_amount", .integer(payment.amount)), ("amount_capturable", .integer(payment.capturable)),
            ("amount_received", payment.captured > 0 ? .integer(payment.captured) : .null),
            ("currency", .string(payment.currency)),
            ("capture_method", .string(payment.captureMethod.rawValue)),
            ("capture_before", .text(payment.captureBefore?.description)),
            ("payment_method", payment.card == nil ? .null : "card"),
            ("attempt_count", .integer(payment.attempts)), ("client_secret", .string(payment.clientSecret)),
            ("connector", payment.connectorTransactionID == nil ? .null : .string(Self.connector)),
            ("connector_transaction_id", .text(payment.connectorTransactionID)),
            ("customer_id", .text(payment.customerID)), ("description", .text(payment.description)),
            ("return_url", .text(payment.returnURL)),
            ("merchant_order_reference_id", .text(payment.orderReference)),
            ("metadata", Self.json(payment.metadata)), ("error_code", .text(payment.errorCode)),
            ("error_message", .text(payment.errorMessage)),
            ("cancellation_reason", .text(payment.cancellationReason)), ("next_action", nextAction(payment)),
            ("manual_retry_allowed", .bool(payment.status == .failed && settings.allowsManualRetry)),
            ("created", .string(payment.createdAt.description)),
            ("modified_at", .string(payment.modifiedAt.description)),
            ("updated", .string(payment.modifiedAt.description)),
            ("expires_on", .string(payment.expiresOn.description)),
        ]
        members += relatedMembers(payment, query: query)
        return .object(members.map { JSON.Member($0.0, $0.1) })
    }

    private func relatedMembers(_ payment: SandboxPayment, query: [String: String]) -> [(String, JSON)] {
        let refunds = refunds.filter { $0.paymentID == payment.id }.sorted { $0.id < $1.id }
        let disputes = disputes.filter { $0.paymentID == payment.id }.sorted { $0.id < $1.id }
        let refunded = refunds.reduce(into: Int64(0)) { $0 += $1.status == .success ? $1.amount : 0 }
        let disputed = disputes.reduce(into: Int64(0)) { $0 += $1.status == .lost ? $1.amount : 0 }
        let totals: JSON = [
            "total_refunded_amount": .integer(refunded), "total_disputed_amount": .integer(disputed),
        ]
        var members: [(String, JSON)] = [
            ("refunds", refunds.isEmpty ? .null : .array(refunds.map(refundJSON))),
            ("disputes", disputes.isEmpty ? .null : .array(disputes.map(disputeJSON))), ("state_metadata", totals),
        ]
        if query["expand_captures"] == "true" {
            let captures = captures.filter { $0.paymentID == payment.id }.sorted { $0.sequence < $1.sequence }
            members.append(("captures", .array(captures.map { captureJSON($0, payment) })))
        }
        return members
    }

    private func captureJSON(_ capture: SandboxCapture, _ payment: SandboxPayment) -> JSON {
        [
            "capture_id": .string(capture.id), "status": "charged", "amount": .integer(capture.amount),
            "currency": .string(payment.currency), "connector": .string(Self.connector),
            "capture_sequence": .integer(capture.sequence),
        ]
    }

    private func nextAction(_ payment: SandboxPayment) -> JSON {
        guard payment.status == .requiresCustomerAction else { return .null }
        return [
            "type": "redirect_to_url",
            "redirect_to_url": .string("https://bank.invalid/authenticate/\(payment.id)"),
        ]
    }

    func refundJSON(_ refund: SandboxRefund) -> JSON {
        [
            "refund_id": .string(refund.id), "payment_id": .string(refund.paymentID),
            "amount": .integer(refund.amount), "currency": .string(refund.currency),
            "status": .string(refund.status.apiName), "reason": .text(refund.reason),
            "metadata": Self.json(refund.metadata), "error_code": .text(refund.errorCode),
            "error_message": .text(refund.errorMessage), "connector": .string(Self.connector),
            "profile_id": .string(Self.profileID), "created_at": .string(refund.createdAt.description),
            "updated_at": .string(refund.updatedAt.description),
        ]
    }

    func payoutJSON(_ payout: SandboxPayout) -> JSON {
        [
            "payout_id": .string(payout.id), "merchant_id": .string(credentials.merchantID),
            "amount": .integer(payout.amount), "currency": .string(payout.currency),
            "status": .string(payout.status.rawValue), "customer_id": .text(payout.customerID),
            "description": .text(payout.description), "metadata": Self.json(payout.metadata),
            "error_code": .text(payout.errorCode), "error_message": .text(payout.errorMessage),
            "connector": .string(Self.connector), "profile_id": .string(Self.profileID),
            "created": .string(payout.createdAt.description), "updated": .string(payout.updatedAt.description),
        ]
    }

    /// The amount is a *string* of minor units, unlike everywhere else (fact sheet, §0).
    func disputeJSON(_ dispute: SandboxDispute) -> JSON {
        [
            "dispute_id": .string(dispute.id), "payment_id": .string(dispute.paymentID),
            "attempt_id": .string("\(dispute.paymentID)_1"), "amount": .string(String(dispute.amount)),
            "currency": .string(dispute.currency), "dispute_stage": "dispute",
            "dispute_status": .string(dispute.status.rawValue), "connector": .string(Self.connector),
            "connector_status": .string(dispute.status.rawValue), "connector_dispute_id": .string(dispute.id),
            "profile_id": .string(Self.profileID), "is_already_refunded": false,
            "created_at": .string(dispute.createdAt.description),
            "connector_updated_at": .string(dispute.updatedAt.description),
        ]
    }

    private static func json(_ text: String?) -> JSON {
        text.flatMap { try? JSON(parsing: Array($0.utf8)) } ?? .null
    }
}
