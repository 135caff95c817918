import ExactJSON

extension SandboxState {
    func dispute(_ id: String) throws(SandboxRefusal) -> SandboxDispute {
        guard let dispute = disputes[id] else { throw .noDispute }
        return dispute
    }

    /// `GET /disputes/list`: the latest first.
    func listDisputes() -> JSON {
        .array(disputes.sorted { ($1.createdAt, $1.id) < ($0.createdAt, $0.id) }.map(disputeJSON))
    }

    /// Keeps a dispute that is new or whose status changed.
    mutating func keep(_ dispute: SandboxDispute) {
        disputes.put(dispute)
        let type = dispute.status.rawValue
        emit(type, .dispute, dispute.id, disputeJSON(dispute), at: dispute.updatedAt)
    }
}
