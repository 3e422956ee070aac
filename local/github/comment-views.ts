import { type BasicViews, nodeId, SERVER_URL, type View } from './basic-views.ts'
import { type Comment, fullName, type Reaction, type Repository } from './state.ts'

export const createCommentViews = ({ user, apiUrl }: BasicViews) => ({
  comment: (repo: Repository, it: Comment): View => ({
    id: it.id,
    node_id: nodeId('IssueComment', it.id),
    url: `${apiUrl}/repos/${fullName(repo)}/issues/comments/${it.id}`,
    html_url: `${SERVER_URL}/${fullName(repo)}/pull/${it.issue}#issuecomment-${it.id}`,
    issue_url: `${apiUrl}/repos/${fullName(repo)}/issues/${it.issue}`,
    body: it.body,
    user: user(it.login),
    created_at: it.createdAt,
    updated_at: it.updatedAt,
    author_association: it.login.endsWith('[bot]') ? 'NONE' : 'CONTRIBUTOR',
    performed_via_github_app: null,
  }),

  reaction: (it: Reaction): View => ({
    id: it.id,
    node_id: nodeId('Reaction', it.id),
    user: user(it.login),
    content: it.content,
    created_at: it.createdAt,
  }),
})
