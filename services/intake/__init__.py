"""Understands how an applicant asks and files: draft, documents by hash, declaration, submission, withdrawal."""
