import Digests
import ExactJSON
import Testing

@testable import HyperswitchSandbox

@Suite struct `A webhook` {
    private func paid() -> Provider {
        var provider = Provider()
        provider.pay()
        return provider
    }

    @Test func `is what the fact sheet says`() throws {
        let provider = paid()
        let delivery = try #require(provider.state.nextDueDelivery)
        let dispatch = try #require(provider.state.dispatch(delivery.id))
        let body = try JSON(parsing: dispatch.body)
        #expect(body["merchant_id"] == "merchant_sandbox" && body["event_type"] == "payment_succeeded")
        #expect(body["event_id"] == .string(delivery.id) && delivery.id.hasPrefix("evt_"))
        #expect(body["content"]?["type"] == "payment_details")
        #expect(body["content"]?["object"]?["payment_id"] == "pay_1")
        #expect(body["timestamp"] == "2026-01-01T00:00:00.000Z")
        let code = Digests.hmacSHA512(of: dispatch.body, key: Array("whsec_sandbox".utf8))
        #expect(dispatch.signature == Digests.hexadecimal(code))
    }

    @Test func `is not signed without a key`() throws {
        var state = SandboxState(credentials: SandboxCredentials(webhookSecret: nil))
        _ = state.respond(to: Provider.request("POST", "/payments", Provider.payment("pay_1", 1)))
        let delivery = try #require(state.nextDueDelivery)
        #expect(state.dispatch(delivery.id)?.signature == nil)
    }

    @Test func `keeps its bytes whatever becomes of the object`() throws {
        var provider = paid()
        let id = try #require(provider.state.nextDueDelivery).id
        let before = provider.state.dispatch(id)
        provider.refund(10)
        try provider.state.advanceClock(bySeconds: 1000)
        #expect(provider.state.dispatch(id) == before)
    }

    @Test func `comes in the order in which things happened`() throws {
        var provider = Provider()
        provider.hold()
        provider.capture()
        provider.refund(10, "ref_1")
        var types: [String] = []
        var times: [SandboxInstant] = []
        while let taken = provider.state.takeDueDelivery(), let event = provider.state.events[taken.eventID] {
            types.append(event.eventType)
            times.append(event.createdAt)
            provider.state.noteAttempt(taken.eventID, status: 200)
        }
        #expect(types == ["payment_authorized", "payment_succeeded", "refund_succeeded"])
        #expect(times[0] < times[1])
        #expect(provider.state.queuedDeliveries.isEmpty)
    }

    @Test func `is the same event in whatever order events come about`() {
        var (first, second) = (Provider(), Provider())
        first.pay("pay_1")
        first.pay("pay_2")
        second.pay("pay_2")
        second.pay("pay_1")
        #expect(first.state.events == second.state.events)
        #expect(first.state != second.state, "the queue has an order")
        for _ in 1...2 {
            if let next = first.state.takeDueDelivery() { first.state.noteAttempt(next.eventID, status: 200) }
            if let next = second.state.takeDueDelivery() { second.state.noteAttempt(next.eventID, status: 200) }
        }
        #expect(first.state == second.state)
    }

    @Test func `moves up in the queue as others leave it`() throws {
        var provider = Provider()
        for number in 1...3 { provider.pay("pay_\(number)") }
        let first = try provider.takeDue()
        provider.state.noteAttempt(first.eventID, status: 200)
        #expect(provider.state.queuedDeliveries.map(\.position) == [1, 2])
        #expect(provider.state.deliveries[first.eventID]?.position == 0)
    }

    @Test func `of one object and type is made once, even after it was delivered`() throws {
        var provider = Provider()
        provider.hold(multiple: true)
        provider.capture(10)
        while let next = provider.state.takeDueDelivery() { provider.state.noteAttempt(next.eventID, status: 200) }
        provider.capture(10)
        #expect(provider.state.queuedDeliveries.isEmpty)
    }

    // MARK: Retries

    @Test func `is sent again by the schedule, sixteen times`() throws {
        var provider = paid()
        let id = try #require(provider.state.nextDueDelivery).id
        let minutes: [Int64] = [1, 5, 5, 10, 10, 10, 10, 10, 60, 60, 60, 60, 60, 360, 360, 360]
        for (number, wait) in minutes.enumerated() {
            #expect(provider.state.takeDueDelivery()?.dispatches.count == 1)
            provider.state.noteAttempt(id, status: number.isMultiple(of: 2) ? nil : 500)
            try provider.state.advanceClock(bySeconds: wait * 60 - 1)
            #expect(provider.state.nextDueDelivery == nil, "attempt \(number + 1)")
            try provider.state.advanceClock(bySeconds: 1)
        }
        #expect(provider.state.takeDueDelivery()?.dispatches.count == 1)
        provider.state.noteAttempt(id, status: 404)
        let ended = provider.state.deliveries[id]
        #expect(ended?.status == .exhausted && ended?.attempts == 17 && ended?.lastStatus == 404)
        #expect(provider.state.queuedDeliveries.isEmpty)
    }

    @Test(arguments: [200, 201, 204, 299])
    func `is done with any 2xx`(status: Int) throws {
        var provider = paid()
        let id = try provider.takeDue().eventID
        provider.state.noteAttempt(id, status: status)
        #expect(provider.state.deliveries[id]?.status == .delivered)
    }

    @Test func `is given up when the object has moved on`() throws {
        var provider = Provider()
        provider.hold()
        let authorized = try provider.takeDue().eventID
        provider.state.noteAttempt(authorized, status: 500)
        provider.capture()
        // The first attempt of the next event is not looked at; a retry is.
        let succeeded = try provider.takeDue()
        #expect(succeeded.dispatches.count == 1)
        provider.state.noteAttempt(succeeded.eventID, status: 200)
        try provider.state.advanceClock(bySeconds: 60)
        let retry = try provider.takeDue()
        #expect(retry.eventID == authorized && retry.dispatches.isEmpty)
        #expect(provider.state.deliveries[authorized]?.status == .stopped)
    }

    @Test func `of a first attempt goes out even if the object has moved on`() throws {
        var provider = Provider()
        provider.hold()
        provider.capture()
        #expect(provider.state.takeDueDelivery()?.dispatches.count == 1)
    }

    // MARK: What goes wrong with it

    @Test(arguments: [
        (SandboxFaultEffect.forgedSignature, SandboxDispatch.Form.forgedSignature), (.unsigned, .unsigned),
        (.staleBody, .staleBody), (.staleSignature, .staleSignature),
    ])
    func `is sent in a wrong form`(effect: SandboxFaultEffect, form: SandboxDispatch.Form) throws {
        var provider = Provider()
        provider.hold()
        provider.capture()
        let old = try provider.takeDue()
        provider.state.noteAttempt(old.eventID, status: 200)
        try provider.state.addFault(SandboxFault(effect, on: .delivery))
        let genuine = try #require(provider.state.nextDueDelivery.flatMap { provider.state.dispatch($0.id) })
        let due = try provider.takeDue()
        let wrong = try #require(due.dispatches.first)
        #expect(wrong.form == form)
        switch form {
        case .genuine: Issue.record("genuine")
        case .forgedSignature, .staleSignature:
            #expect(wrong.body == genuine.body && wrong.signature != genuine.signature && wrong.signature != nil)
        case .unsigned: #expect(wrong.body == genuine.body && wrong.signature == nil)
        case .staleBody: #expect(wrong.body == old.dispatches[0].body && wrong.signature == old.dispatches[0].signature)
        }
        if form == .staleSignature { #expect(wrong.signature == old.dispatches[0].signature) }
    }

    @Test func `is sent twice`() throws {
        var provider = paid()
        try provider.state.addFault(SandboxFault(.duplicate, on: .delivery))
        let twice = try provider.takeDue().dispatches
        #expect(twice.count == 2 && twice[0] == twice[1])
    }

    @Test func `gets lost`() throws {
        var provider = paid()
        try provider.state.addFault(SandboxFault(.drop, on: .delivery))
        let lost = try provider.takeDue()
        #expect(lost.dispatches.isEmpty && provider.state.deliveries[lost.eventID]?.status == .dropped)
        #expect(provider.state.takeDueDelivery() == nil)
        #expect(throws: SandboxControlError.noQueuedDelivery(lost.eventID)) {
            try provider.state.dropDelivery(lost.eventID)
        }
    }

    @Test func `is overtaken`() throws {
        var provider = Provider()
        provider.hold()
        provider.capture()
        try provider.state.addFault(SandboxFault(.reorder, on: .delivery))
        let held = try provider.takeDue()
        #expect(held.dispatches.isEmpty)
        let second = try provider.takeDue()
        #expect(second.eventID != held.eventID && second.dispatches.count == 1)
        provider.state.noteAttempt(second.eventID, status: 200)
        #expect(provider.state.takeDueDelivery()?.eventID == held.eventID)
    }

    @Test func `that was held back is let go by the clock`() throws {
        var provider = paid()
        try provider.state.addFault(SandboxFault(.reorder, on: .delivery))
        _ = provider.state.takeDueDelivery()
        #expect(provider.state.takeDueDelivery() == nil)
        try provider.state.advanceClock(bySeconds: 1)
        #expect(provider.state.takeDueDelivery()?.dispatches.count == 1)
    }
}

extension `A webhook` {
    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (1_767_225_600_000, "2026-01-01T00:00:00.000Z"),
        (951_782_400_123, "2000-02-29T00:00:00.123Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
    ])
    func `spells times as the router does`(milliseconds: Int64, text: String) {
        #expect(SandboxInstant(milliseconds: milliseconds).description == text)
    }
}

extension Provider {
    fileprivate mutating func takeDue() throws -> (eventID: String, dispatches: [SandboxDispatch]) {
        let taken = state.takeDueDelivery()
        return try #require(taken)
    }
}
