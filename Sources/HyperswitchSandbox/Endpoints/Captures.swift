import ExactJSON

extension SandboxState {
    /// `POST /payments/{id}/capture` (fact sheet, §2, “Capture amounts”)
    mutating func capturePayment(_ id: String, _ body: SandboxBody) throws(SandboxRefusal) -> JSON {
        let before = try payment(id)
        guard before.status.mayBeCaptured(before.captureMethod) else {
            throw .unexpected(
                "captured", "payment.status", before.status.rawValue,
                expected: "requires_capture, partially_captured_and_capturable, processing")
        }
        guard !before.captureMethod.isAutomatic else {
            throw .unexpected(
                "captured", "capture_method", before.captureMethod.rawValue,
                expected: "manual, manual_multiple, scheduled")
        }
        let amount = try amountToCapture(of: before, body)
        let payment = changed(afterCapturing(amount, of: before), from: before)
        keepCapture(amount, of: payment)
        return paymentJSON(payment)
    }

    private func amountToCapture(of payment: SandboxPayment, _ body: SandboxBody) throws(SandboxRefusal) -> Int64 {
        let asked = try body.integer("amount_to_capture")
        if asked == nil && payment.captureMethod == .manualMultiple { throw .missing("amount_to_capture") }
        let amount = asked ?? payment.capturable
        guard amount > 0 else { throw .badFormat("amount", expected: "positive integer") }
        guard amount <= payment.capturable else { throw .badData("amount_to_capture is greater than amount") }
        return amount
    }

    private func afterCapturing(_ amount: Int64, of before: SandboxPayment) -> SandboxPayment {
        var payment = before
        payment.captured += amount
        payment.capturable -= amount
        if payment.capturable == 0 {
            payment.status = .succeeded
        } else if payment.captureMethod == .manualMultiple {
            payment.status = .partiallyCapturedAndCapturable
        } else {
            payment.status = .partiallyCaptured
            payment.capturable = 0
        }
        return payment
    }

    private mutating func keepCapture(_ amount: Int64, of payment: SandboxPayment) {
        let sequence = Int64(captures.count { $0.paymentID == payment.id }) + 1
        var capture = SandboxCapture()
        capture.id = "\(payment.id)_\(sequence)"
        capture.paymentID = payment.id
        capture.sequence = sequence
        capture.amount = amount
        capture.createdAt = payment.modifiedAt
        captures.put(capture)
    }
}
