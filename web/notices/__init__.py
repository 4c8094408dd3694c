"""The notices that go to the partners: of a call, of a distribution."""
